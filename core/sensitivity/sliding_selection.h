// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// select_top() for a hand on the γ slider: the weights that a drag may reach are ranked once; a move then flips only the
// entries between the old τ and the new one. Same selections.
#pragma once

#include "core/sensitivity/selection.h"

#include <cstdint>
#include <stop_token>
#include <vector>

namespace cdra::sensitivity {

class SlidingSelection {
  public:
    // Ranks the `reach` largest of the pool; nothing is selected at first. `map` is not kept. Throws InputError if the
    // pool has fewer or more than 2^32 - 1 are asked for, Cancelled on a stop. `threads` ≥ 1 changes speed only.
    SlidingSelection(const SensitivityMap& map, Pool pool, std::uint64_t reach, const std::stop_token& stop = {}, int threads = 1);

    Pool pool() const noexcept { return pool_; }
    std::uint64_t reach() const noexcept { return by_rank_.size(); }
    std::uint64_t count() const noexcept { return count_; }
    float threshold() const noexcept; // the smallest selected sensitivity (0 if none)
    // Selects the `count` largest. Throws InputError beyond the reach. Time: the entries that change, a nanosecond each.
    void move_to(std::uint64_t count);
    // What select_top(map, pool, count()) returns. `map` is the one this was made of.
    Selection selection(const SensitivityMap& map, int threads = 1) const;

  private:
    struct Tensor {
        std::uint32_t begin = 0;            // its entries are [begin, begin + indices.size()) of all
        std::vector<std::uint32_t> indices; // ascending
    };
    Pool pool_;
    std::uint64_t pool_size_ = 0, count_ = 0;
    std::vector<Tensor> tensors_;           // the pool's, in its order
    std::vector<std::uint32_t> by_rank_;    // entry of each rank
    std::vector<std::uint32_t> keys_;       // key of each rank, descending
    std::vector<std::uint64_t> selected_;   // one bit an entry
};

} // namespace cdra::sensitivity
