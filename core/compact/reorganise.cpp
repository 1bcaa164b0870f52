// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/reorganise.h"

#include "core/base/decimal.h"
#include "core/base/error.h"
#include "core/compact/box_sides.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace cdra::compact {

namespace {

// Most sensitive first, ties in index order: a counting sort, for no count is larger than the matrix's other side.
std::vector<std::uint32_t> by_count(const std::vector<std::uint32_t>& counts, std::uint32_t& with_any) {
    const std::uint32_t largest = counts.empty() ? 0 : *std::ranges::max_element(counts);
    std::vector<std::uint32_t> place(std::size_t{largest} + 1); // where the next one of a count goes
    for (const std::uint32_t count : counts) ++place[count];
    with_any = static_cast<std::uint32_t>(counts.size()) - place[0];
    std::uint32_t before = 0;
    for (std::size_t count = place.size(); count-- > 0;) before += std::exchange(place[count], before);
    std::vector<std::uint32_t> order(counts.size());
    for (std::uint32_t i = 0; i < counts.size(); ++i) order[place[counts[i]]++] = i;
    return order;
}

constexpr std::array<std::string_view, 4> quadrant_words = {"10", "00", "01",
                                                            "11"}; // in the order of Quadrant

} // namespace

Reorganised reorganise(const sensitivity::Profile& profile) {
    Reorganised result;
    result.row_order = by_count(profile.row_counts, result.compact_rows);
    result.column_order = by_count(profile.column_counts, result.compact_columns);
    return result;
}

std::vector<std::uint32_t> inverse(std::span<const std::uint32_t> order) {
    constexpr std::uint32_t unset = 0xFFFFFFFFU;
    std::vector<std::uint32_t> result(order.size(), unset);
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (order[i] >= order.size() || result[order[i]] != unset)
            throw InputError("not a permutation: " + std::to_string(order[i]) + " at position " +
                             std::to_string(i) +
                             (order[i] >= order.size() ? " is out of range" : " stands there twice"));
        result[order[i]] = static_cast<std::uint32_t>(i);
    }
    return result;
}

std::string_view name_of(Quadrant quadrant) noexcept {
    return quadrant_words[static_cast<std::size_t>(quadrant)];
}

Quadrant parse_quadrant(std::string_view word) {
    const auto found = std::ranges::find(quadrant_words, word);
    if (found == quadrant_words.end())
        throw InputError("quadrant \"" + std::string(word) +
                         "\" is unknown; expected one of: 10 (the method's), 00, 01, 11");
    return static_cast<Quadrant>(found - quadrant_words.begin());
}

BoxSides box_sides(const Sizes& sizes, Quadrant quadrant, double size_scale) {
    if (!(size_scale > 0 && size_scale <= 1000))
        throw InputError("size scale is " + std::to_string(size_scale) +
                         ", expected a factor above 0 (Table 6: 0.5, 1.0, 1.5)");
    const Decimal factor = Decimal::from(size_scale);
    const auto scaled = [&](std::uint32_t corner, std::uint32_t side) {
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(ceil_of_product(factor, corner).value(), side));
    };
    const std::uint32_t rows = scaled(sizes.compact_rows, sizes.rows),
                        columns = scaled(sizes.compact_columns, sizes.columns);
    const Side leading_rows{0, rows}, other_rows{rows, sizes.rows};
    const Side leading_columns{0, columns}, other_columns{columns, sizes.columns};
    BoxSides box;
    switch (quadrant) {
    case Quadrant::q10:
        box = {leading_rows, leading_columns};
        break;
    case Quadrant::q00:
        box = {other_rows, leading_columns};
        break;
    case Quadrant::q01:
        box = {other_rows, other_columns};
        break;
    case Quadrant::q11:
        box = {leading_rows, other_columns};
        break;
    }
    if (box.rows.size() == 0 || box.columns.size() == 0) box = {};
    return box;
}

Box box_of(const Reorganised& reorganised, Quadrant quadrant, double size_scale) {
    const BoxSides sides = box_sides({static_cast<std::uint32_t>(reorganised.row_order.size()),
                                      static_cast<std::uint32_t>(reorganised.column_order.size()),
                                      reorganised.compact_rows, reorganised.compact_columns},
                                     quadrant, size_scale);
    const auto part = [](const std::vector<std::uint32_t>& order, const Side& side) {
        return std::vector<std::uint32_t>(order.begin() + side.begin, order.begin() + side.end);
    };
    return {part(reorganised.row_order, sides.rows), part(reorganised.column_order, sides.columns)};
}

} // namespace cdra::compact
