// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/vit_spec.h"

#include <cstdint>
#include <span>
#include <vector>

namespace cdra::sensitivity {

// Figure 2 for one matrix: sensitive weights per row (input feature) and per column (output feature).
struct Profile {
    std::vector<std::uint32_t> row_counts;    // [d = in]
    std::vector<std::uint32_t> column_counts; // [k = out]
    std::uint64_t sensitive = 0;

    double row_sparsity(std::size_t row) const;       // count / k
    double column_sparsity(std::size_t column) const; // count / d
    double matrix_sparsity() const;                   // sensitive / (d·k)
};
// `indices`: flat indices of the [out, in] weight, each < out·in.
Profile profile(const checkpoint::MatrixShape& shape, std::span<const std::uint32_t> indices);

} // namespace cdra::sensitivity
