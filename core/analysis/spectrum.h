// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Singular values, without materialising what needs not be. Eigen inside; plain spans outside.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cdra::analysis {

// Row-major [rows, columns] → singular values, descending, min(rows, columns) of them.
std::vector<double> singular_values(std::span<const float> values, std::int64_t rows, std::int64_t columns);
// Squares of the singular values of the element-wise root of a matrix that is nowhere negative (a box of
// sensitivities): descending, not negative, and they add up to the matrix's sum. By the smaller Gram matrix.
std::vector<double> root_spectrum(std::span<const float> values, std::int64_t rows, std::int64_t columns);
// Of A·B with A [rows, rank] and B [rank, columns], both row-major: `rank` values at most, from the two QR factors'
// small product, so that ΔW itself is never made.
std::vector<double> product_singular_values(std::span<const float> a, std::span<const float> b, std::int64_t rows,
                                            std::int64_t rank, std::int64_t columns);

// How many of the values (descending) are above tolerance · the largest; the default is float32's rounding of a
// matrix of this size, as numpy's matrix_rank has it.
std::int64_t numerical_rank(std::span<const double> singular_values, std::int64_t rows, std::int64_t columns);
// exp of the entropy of the values' shares: 1 for one direction, r for r equal ones; 0 if all are 0.
double effective_rank(std::span<const double> singular_values);

} // namespace cdra::analysis
