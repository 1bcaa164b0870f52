// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The sum of squared per-sample weight gradients of a linear layer (Eq. 3) on a CUDA device, on tensor cores:
//     s[o, i] += Σ_b (Σ_t g[b, t, o] · x[b, t, i])²
// A block owns a tile of s and goes through all samples: a sample's gradient and the sum of squares stay in its
// registers, so that s is read and written once a batch, whatever the number of samples.
// Compiled for the architectures of core/engine/CMakeLists.txt; not run on a device yet. DeviceSquares
// (sensitivity/device_squares.h) says when it is used.
#pragma once

#include "core/engine/kernels/squared_gradient.h"

#include <string>

namespace cdra::engine::kernels {

// float32 is multiplied as TF32 (ten bits behind the point); sums are float32 for both.
enum class CudaElement { float32, bfloat16 };

// Rows of x and g begin at multiples of 16 bytes, as this kernel loads them, if their lengths do.
constexpr bool fits_squared_gradient_cuda(const SquaredGradientShape& shape, CudaElement element) noexcept {
    const std::int64_t at_once = element == CudaElement::float32 ? 4 : 8;
    return shape.samples > 0 && shape.tokens > 0 && shape.out > 0 && shape.in > 0 && shape.out % at_once == 0 &&
           shape.in % at_once == 0 && shape.samples * ((shape.tokens + 15) / 16) < (std::int64_t{1} << 31);
}

// x [samples, tokens, in], g [samples, tokens, out] of `element`, s [out, in] float32, row-major without gaps, on the
// current device and 16-byte aligned; queued on `stream` (a cudaStream_t). The shape fits. For one device and shape the
// result is always the same bits. Returns CUDA's words for what went wrong with the launch, empty if nothing did.
std::string squared_gradient_cuda(const SquaredGradientShape& shape, CudaElement element, const void* x, const void* g,
                                  float* s, void* stream);

} // namespace cdra::engine::kernels
