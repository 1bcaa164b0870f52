// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Where a box lies in the sorted orders: what counting its parameters needs, without the orders themselves.
#pragma once

#include "core/compact/reorganise.h"

namespace cdra::compact {

struct Sizes {
    std::uint32_t rows = 0, columns = 0;                 // d, k
    std::uint32_t compact_rows = 0, compact_columns = 0; // d̄, k̄
};
struct Side {
    std::uint32_t begin = 0, end = 0; // of the sorted order
    std::uint32_t size() const noexcept { return end - begin; }
};
struct BoxSides {
    Side rows, columns;
};
// Both empty if one is. Throws InputError for an impossible scale.
BoxSides box_sides(const Sizes& sizes, Quadrant quadrant, double size_scale);

} // namespace cdra::compact
