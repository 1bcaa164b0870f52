// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// W + ΔW of an adapted product, made for one product of many rows and then forgotten.
#pragma once

#include "core/engine/methods/adapted_product.h"

namespace cdra::engine {

// weight [out, in] → a new [out, in]. a [in, rank] and b [rank, out]: of all parts side by side, zero outside their
// rows and columns; values: of all masked entries. CPU, float32.
Tensor merged_weight(const AdaptedProduct::Layout& layout, const Tensor& weight, const Tensor& a, const Tensor& b,
                     const Tensor& values);

} // namespace cdra::engine
