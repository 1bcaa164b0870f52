// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What differs between the methods that start from a sensitivity map: what a selection becomes. The selection
// itself (γ, τ or a budget of the pool), orders and boxes are common.
#pragma once

#include "core/compact/allocation.h"

#include <functional>
#include <map>
#include <string>

namespace cdra::compact {

struct PlanMaker {
    std::string method = "cdra";
    std::map<std::string, std::string> options{}; // for the record
    // One allotment a matrix, from sizes and the options' boxes; empty: by the options' rank strategy.
    std::function<std::vector<Allotment>(std::span<const RankInput>, std::span<const BoxSides>)> allot{};
    // SPT's rule: sensitive entries of a bias that is not tuned whole are tuned alone, those of norms are not.
    bool masked_biases = false;
};

// "blocks.0.attn.q.bias", but not "blocks.0.norm1.bias".
bool is_bias_of_a_product(std::string_view vector_name) noexcept;
// Trainable parameters of a vector with so many sensitive entries.
std::uint64_t parameters_of_vector(const checkpoint::VectorShape& shape, std::uint64_t sensitive,
                                   const PlanOptions& options, const PlanMaker& maker) noexcept;

// make_plan of plan.h with another maker. Throws InputError for impossible options.
CompactPlan make_plan(const sensitivity::SensitivityMap& map, const PlanOptions& options, const PlanMaker& maker,
                      ProgressSink& progress, const std::stop_token& stop = {}, int threads = 1);

} // namespace cdra::compact
