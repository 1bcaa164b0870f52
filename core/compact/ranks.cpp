// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/ranks.h"

#include "core/base/error.h"
#include "core/compact/strategies/strategies.h"

#include <algorithm>
#include <array>
#include <limits>

namespace cdra::compact {

std::span<const RankStrategyEntry> rank_strategies() {
    static constexpr std::array<RankStrategyEntry, 7> table = {{
        {"eq7-unscaled", "eq7-unscaled", "r = floor(Σm / (d̄ + k̄)); the default", &make_eq7_unscaled},
        {"eq7", "eq7", "Eq. 7 as printed: r = floor(Σm·d̄·k̄ / ((d̄ + k̄)·d·k))", &make_eq7},
        {"fixed", "fixed:R", "the same rank R everywhere (Table 4), at most min(d̄, k̄)", &make_fixed},
        {"scale", "scale:X", "r = floor(X·Σm / (d̄ + k̄)): X times eq7-unscaled, rounded down once",
         &make_scale},
        {"min", "min:R", "eq7-unscaled, but at least R wherever a weight is sensitive, at most min(d̄, k̄)", &make_minimum},
        {"marginal", "marginal:X",
         "the next rank goes where it gains most sensitivity per parameter, until X·Σm parameters are spent (X: 1)",
         &make_marginal},
        {"file", "file:CSV", "ranks from a file of NAME,RANK lines", &make_from_file},
    }};
    return table;
}

std::unique_ptr<RankStrategy> parse_rank_strategy(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view word = text.substr(0, colon);
    const std::string_view argument =
        colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    std::string known;
    for (const RankStrategyEntry& entry : rank_strategies()) {
        if (entry.word == word) return entry.make(argument);
        known += (known.empty() ? "" : ", ") + std::string(entry.syntax);
    }
    throw InputError("rank strategy \"" + std::string(text) + "\" is unknown; expected one of: " + known);
}

std::vector<std::uint32_t> allocate_ranks(const RankStrategy& strategy, std::span<const RankInput> matrices) {
    std::vector<std::uint32_t> ranks = strategy.ranks(matrices);
    if (ranks.size() != matrices.size()) throw Error("a rank strategy gave a wrong number of ranks");
    for (std::size_t i = 0; i < ranks.size(); ++i)
        ranks[i] = static_cast<std::uint32_t>(
            std::min<std::uint64_t>({ranks[i], matrices[i].compact_rows, matrices[i].compact_columns}));
    return ranks;
}

void refuse_argument(std::string_view word, std::string_view argument) {
    if (!argument.empty())
        throw InputError("rank strategy \"" + std::string(word) + "\" takes nothing after a colon, found \"" +
                         std::string(argument) + "\"");
}

std::uint32_t as_rank(Wide value) noexcept {
    constexpr Wide largest = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(value, largest));
}

void check_sizes(const RankInput& matrix) {
    constexpr std::uint64_t largest_side = std::uint64_t{1} << 22;
    if (std::max({matrix.rows, matrix.columns, matrix.compact_rows, matrix.compact_columns}) > largest_side ||
        matrix.sensitive >= std::uint64_t{1} << 48)
        throw InputError(matrix.name + ": a matrix of " + std::to_string(matrix.rows) + "×" +
                         std::to_string(matrix.columns) + " with " + std::to_string(matrix.sensitive) +
                         " sensitive weights is larger than any that can be ranked");
}

} // namespace cdra::compact
