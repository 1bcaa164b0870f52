// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/sensitivity/profile.h"

namespace cdra::sensitivity {

namespace {

double ratio(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

} // namespace

double Profile::row_sparsity(std::size_t row) const {
    return ratio(row_counts.at(row), static_cast<double>(column_counts.size()));
}
double Profile::column_sparsity(std::size_t column) const {
    return ratio(column_counts.at(column), static_cast<double>(row_counts.size()));
}
double Profile::matrix_sparsity() const {
    return ratio(static_cast<double>(sensitive),
                 static_cast<double>(row_counts.size()) * static_cast<double>(column_counts.size()));
}

Profile profile(const checkpoint::MatrixShape& shape, std::span<const std::uint32_t> indices) {
    Profile result;
    const auto in = static_cast<std::uint32_t>(shape.in);
    result.row_counts.assign(static_cast<std::size_t>(shape.in), 0);
    result.column_counts.assign(static_cast<std::size_t>(shape.out), 0);
    result.sensitive = indices.size();
    for (const std::uint32_t index : indices) {
        const std::uint32_t column = index / in; // [out, in]: the paper's columns are output features
        ++result.column_counts.at(column);
        ++result.row_counts[index - column * in];
    }
    return result;
}

} // namespace cdra::sensitivity
