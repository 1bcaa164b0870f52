// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// All gradients of an adapted product's leaves in one pass over its input and its output gradient, a chunk of rows at a
// time: the input is made again chunk by chunk (Origin) and never stands in memory whole.
#pragma once

#include "core/engine/methods/adapted_product.h"

namespace cdra::engine {

struct CompactGradients {
    Tensor a;       // [rank, |R|], of all parts side by side; undefined without a low-rank part
    Tensor b;       // [rank, out]
    Tensor entries; // [n], of all masked entries; undefined without
    Tensor bias;    // [out], undefined unless it was asked for
    Tensor t;       // g·bᵀ [M, rank], undefined without a low-rank part
};

// kept [M, |R|] is the input where there is no origin. g [M, out], contiguous; a [in, rank], b [rank, out]: of all parts
// side by side, zero outside their rows and columns; u = x·a [M, rank], computed here where it is undefined. CPU,
// float32. The same bits for every number of threads.
CompactGradients compact_gradients(const AdaptedProduct::Layout& layout, const Origin& origin, const Tensor& kept,
                                   const Tensor& g, const Tensor& a, const Tensor& b, const Tensor& u, bool with_bias);

} // namespace cdra::engine
