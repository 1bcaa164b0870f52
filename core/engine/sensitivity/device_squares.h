// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Squares of per-sample gradients on a device that the tile kernel of the CPU does not run on: by LibTorch's batched
// products, or by the kernel of kernels/squared_gradient_cuda.h, which has been compiled for every architecture but not
// run on a device yet. So it is off unless CDRA_CUDA_KERNELS=fused asks for it, and at the first use of every shape it is
// compared with the products: from the first mismatch on they do all the work.
#pragma once

#include "core/engine/model/vit.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>

namespace cdra::engine {

// sums [out, in] += Σ_b (Σ_t gradient[b, t, o] · x[b, t, i])² by LibTorch's batched products.
void add_squared_gradients_by_products(Tensor& sums, const Tensor& x, const Tensor& gradient);

// The same by the fused kernel; false (and nothing added) where it does not fit or this program was built without it.
// Throws Error with CUDA's words for a launch that failed.
bool add_squared_gradients_fused(Tensor& sums, const Tensor& x, const Tensor& gradient);
class DeviceSquares {
  public:
    using Fused = std::function<bool(Tensor& sums, const Tensor& x, const Tensor& gradient)>;
    using Warn = std::function<void(const std::string&)>; // told of a mismatch, once

    // Without `fused` LibTorch does the work.
    explicit DeviceSquares(Fused fused = {}, Warn warn = {});
    static DeviceSquares by_environment(Warn warn = {});

    // x [B, T, in], gradient [B, T, out] on the device of sums [out, in].
    void accumulate(Tensor& sums, const Tensor& x, const Tensor& gradient);
    // The fused kernel computes, as far as it fits.
    bool fused() const noexcept { return bool(fused_); }

  private:
    bool agrees(const Tensor& ours, const Tensor& twin) const;

    Fused fused_;
    Warn warn_;
    std::set<std::pair<std::int64_t, std::int64_t>> compared_; // out, in
};

} // namespace cdra::engine
