// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// GPS: of every output feature of every product, the patch embedding included, the K weights with the largest
// |Σ gradient|; beside them every bias that is not a norm's.
#pragma once

#include "core/compact/plan.h"

namespace cdra::compact {

// Flat indices, sorted, of the K largest values of each of the `out` rows of an [out, in] weight, ties by index;
// all of a row shorter than K.
std::vector<std::uint32_t> largest_of_each_output(std::span<const float> values, std::int64_t out, std::int64_t in,
                                                  std::uint32_t per_output);

// A plan whose matrices are all masked. Of the options only the record is kept: γ, pool, vectors and class token
// have no say. Throws InputError for a map without the patch embedding (its estimator must be contrastive), and
// for K of 0.
CompactPlan make_gps_plan(const sensitivity::SensitivityMap& map, const PlanOptions& options, std::uint32_t per_output,
                          ProgressSink& progress, const std::stop_token& stop = {}, int threads = 1);

} // namespace cdra::compact
