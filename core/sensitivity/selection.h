// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Exact global top-γ. The pool is ranked as one list, largest sensitivity first, ties by (tensor order, flat
// index): matrices before vectors, each in the map's order. A selection is a pure function of map, pool, count.
#pragma once

#include "core/sensitivity/map.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace cdra::sensitivity {

enum class Pool { all, matrices }; // all: matrices and vectors ranked together
std::string_view name_of(Pool pool) noexcept;
Pool parse_pool(std::string_view word); // throws InputError

struct Selection {
    Pool pool = Pool::all;
    std::uint64_t pool_size = 0;
    std::uint64_t count = 0; // τ: how many are selected
    double gamma = 0;        // as asked for, or count / pool_size
    float threshold = 0;     // the smallest selected sensitivity (0 if none)
    // Sorted flat indices of the [out, in] weight, one list a matrix / vector of the map. With Pool::matrices the
    // vectors' lists hold what the same threshold selects: every entry ≥ threshold.
    std::vector<std::vector<std::uint32_t>> matrices;
    std::vector<std::vector<std::uint32_t>> vectors;

    std::uint64_t selected_in_matrices() const noexcept;
};

std::uint64_t pool_size(const SensitivityMap& map, Pool pool) noexcept;
// floor(γ·N) in exact arithmetic for γ in [0, 1]; throws InputError outside.
std::uint64_t count_for_gamma(double gamma, std::uint64_t pool_size);
// Throws InputError if count > pool size. `threads` ≥ 1 changes speed only. Never the whole list sorted:
// a sample bounds the threshold from below, one pass over the map keeps what lies above the bound, and a radix selection
// on the floats' bit patterns (non-negative floats order as integers) is exact among those. Without a bound (a small pool,
// an eighth of it or more, or a sample that was no good one) the radix selection goes over the whole list.
Selection select_top(const SensitivityMap& map, Pool pool, std::uint64_t count, int threads = 1);
// The naive twin of select_top: sorts everything. For tests.
Selection select_top_by_sorting(const SensitivityMap& map, Pool pool, std::uint64_t count);

} // namespace cdra::sensitivity
