// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Rank allocation (Eq. 7), in exact integers. A strategy is one file and one line of rank_strategies().
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::compact {

// What a strategy may look at for one matrix.
struct RankInput {
    std::string name;
    std::uint64_t rows = 0, columns = 0;                 // d, k
    std::uint64_t compact_rows = 0, compact_columns = 0; // d̄, k̄
    std::uint64_t sensitive = 0;                         // Σm
    // Squared singular values of the root of the box's sensitivities, descending; they add up to the box's
    // sensitivity. Filled for strategies that ask for it.
    std::vector<float> spectrum{};
};

class RankStrategy {
  public:
    virtual ~RankStrategy() = default;
    // One rank a matrix, before the cap min(d̄, k̄), which allocate_ranks() applies.
    virtual std::vector<std::uint32_t> ranks(std::span<const RankInput> matrices) const = 0;
    // Whether ranks() looks at spectra: they take a plan's making, not a mere edit.
    virtual bool needs_spectrum() const { return false; }
};

struct RankStrategyEntry {
    std::string_view word;    // "eq7", "fixed", …
    std::string_view syntax;  // "fixed:R"
    std::string_view summary; // one sentence, with the formula
    // `argument` is what follows the colon, empty if none. Throws InputError.
    std::unique_ptr<RankStrategy> (*make)(std::string_view argument);
};
// eq7, eq7-unscaled (default), fixed:R, scale:X (X × eq7-unscaled, rounded down), file:CSV (name,rank lines).
std::span<const RankStrategyEntry> rank_strategies();
// "fixed:8" → strategy. Throws InputError that lists the known ones.
std::unique_ptr<RankStrategy> parse_rank_strategy(std::string_view text);

// Ranks capped at min(d̄, k̄); 0 where the box is empty.
std::vector<std::uint32_t> allocate_ranks(const RankStrategy& strategy, std::span<const RankInput> matrices);

} // namespace cdra::compact
