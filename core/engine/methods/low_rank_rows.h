// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The two low-rank terms of an adapted product, both of their factors applied to a chunk of rows while it lies in the
// cache. CPU, float32; a row's bits depend on neither the other rows nor the number of threads.
#pragma once

#include "core/engine/methods/adapted_product.h"

namespace cdra::engine {

// a [in, rank], b [rank, out]: of all parts side by side, zero outside their rows and columns; x and g without gaps.
// y [M, out] += scale·u·b; returns u = x [M, in]·a, [M, rank].
Tensor add_low_rank(const AdaptedProduct::Layout& layout, const Tensor& x, const Tensor& a, const Tensor& b, Tensor& y);
// dx [M, in] += scale·t·aᵀ, where t [M, rank] is g·bᵀ (CompactGradients::t).
void add_low_rank_gradient(const AdaptedProduct::Layout& layout, const Tensor& t, const Tensor& a, Tensor& dx);

} // namespace cdra::engine
