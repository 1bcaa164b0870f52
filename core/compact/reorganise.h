// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Step 2 (Eq. 4 and 5): rows and columns by their number of sensitive weights, so that all of them lie in the
// leading d̄×k̄ corner. Algorithm 1 as printed is wrong in four places; this is what the text says.
#pragma once

#include "core/sensitivity/profile.h"

#include <cstdint>
#include <span>
#include <vector>

namespace cdra::compact {

struct Reorganised {
    std::vector<std::uint32_t> row_order;    // permutation of 0 … d-1, most sensitive row first, ties by index
    std::vector<std::uint32_t> column_order; // permutation of 0 … k-1
    std::uint32_t compact_rows = 0;          // d̄: rows with at least one sensitive weight
    std::uint32_t compact_columns = 0;       // k̄
};
Reorganised reorganise(const sensitivity::Profile& profile);

// order[inverse(order)[i]] == i. Throws InputError if `order` is not a permutation.
std::vector<std::uint32_t> inverse(std::span<const std::uint32_t> order);

// Table 7: which sub-matrix is adapted. q10 is the method's: sensitive rows × sensitive columns.
enum class Quadrant { q10, q00, q01, q11 };
std::string_view name_of(Quadrant quadrant) noexcept; // "10", "00", "01", "11"
Quadrant parse_quadrant(std::string_view word);       // throws InputError

// The adapted box: input features (rows) and output features (columns), in plan order. Table 6 scales the
// method's box: ceil(f·d̄) and ceil(f·k̄) of the sorted orders, capped at d and k. An empty side makes both empty.
struct Box {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> columns;
};
Box whole_box(const checkpoint::MatrixShape& shape); // everything, in natural order
Box box_of(const Reorganised& reorganised, Quadrant quadrant, double size_scale);

} // namespace cdra::compact
