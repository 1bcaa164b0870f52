// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Loops over single weights, for the CPU: a few hundred entries a matrix cost a few per cent of its product,
// where a dense box would cost |rows|·|columns|. Rows of x, y, g are contiguous float32.
#pragma once

#include <torch/types.h>

namespace cdra::engine {

using torch::Tensor;

// x [M, d] → [M, n], the given columns (int64, any order). Any device.
Tensor take_columns(const Tensor& x, const Tensor& columns);
// y[m, to[e]] += x[m, from[e]]·v[e]. Indices int32 [n].
void add_masked(const Tensor& x, const Tensor& from, const Tensor& to, const Tensor& v, Tensor& y);
// → [n]: Σ_m x[m, from[e]]·g[m, to[e]], summed in chunks of tokens that do not depend on the number of
// threads.
Tensor masked_gradient(const Tensor& x, const Tensor& from, const Tensor& g, const Tensor& to);

} // namespace cdra::engine
