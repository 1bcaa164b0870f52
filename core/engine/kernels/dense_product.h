// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Products with a dense weight, by the library that forms().dense names. LibTorch's own float32 products (MKL) take
// AVX2 on a processor that is not Intel's, whatever else it has; oneDNN, which LibTorch carries too, takes AVX-512
// there, twice as fast where registers of 512 bits are
// multiplied at once (Zen 5). Both sum in another order, so which one ran is recorded like any other form.
#pragma once

#include "core/engine/kernels/forms.h"

#include <ATen/core/Tensor.h>

namespace cdra::engine::kernels {

// Whether this LibTorch carries oneDNN.
bool has_onednn() noexcept;

// y [..., out] = x [..., in] · weight [out, in]ᵀ + bias [out], which may be undefined. Differentiable once in all three.
// What oneDNN is not for (another type or device, autocast, small products) is at::linear.
at::Tensor dense_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});
// a [m, k] · b [k, n], of any strides; not differentiable.
at::Tensor dense_product(const at::Tensor& a, const at::Tensor& b);

} // namespace cdra::engine::kernels
