// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// SPT (Eq. 1): a matrix with too few sensitive weights for a module tunes just those (Case 1), one with more
// gets the module on the whole matrix (Case 2). Table 5 puts CDRA in the place of either case.
#pragma once

#include "core/compact/plan_maker.h"

namespace cdra::compact {

enum class SptModule { lora, adapter };

struct SptOptions {
    SptModule module = SptModule::lora;
    std::uint32_t rank = 8;     // of LoRA, or the adapter's bottleneck
    double alpha_divisor = 10;  // α = the module's parameters / this
    bool case1_compact = false; // CDRA instead of masked tuning
    bool case2_compact = false; // CDRA instead of the module
};

// LoRA: r·(d + k). Adapter: both layers and their biases on the outputs, 2·r·k + r + k.
std::uint64_t module_parameters(SptModule module, std::uint32_t rank, std::uint64_t in, std::uint64_t out) noexcept;
// Σm ≥ α.
bool takes_module(std::uint64_t sensitive, std::uint64_t parameters, double alpha_divisor) noexcept;

// `method` is the word written into the plan. Matrices under CDRA get ranks and boxes by `options`, as a plan of
// cdra has them. Throws InputError for a rank of 0 or an impossible divisor.
PlanMaker spt_plan_maker(std::string method, const SptOptions& spt, const PlanOptions& options);

} // namespace cdra::compact
