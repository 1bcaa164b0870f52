// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sensitivity/device_squares.h"

#include "core/base/error.h"
#include "core/engine/kernels/squared_gradient_cuda.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <torch/torch.h>
#if defined(CDRA_CUDA_KERNELS)
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace cdra::engine {
namespace {

// Per-sample gradients of as many samples at a time as fit in this much memory.
constexpr std::int64_t scratch_bytes = std::int64_t{256} << 20;

// Of the largest value there should be. A product of TF32 or bfloat16 keeps 10 or 7 bits behind the point, its square half
// as many; sums over tokens and samples make up for some of it. A kernel that is wrong is wrong by more.
constexpr double largest_difference = 0.02;

} // namespace

void add_squared_gradients_by_products(Tensor& sums, const Tensor& x, const Tensor& gradient) {
    const std::int64_t step = std::max<std::int64_t>(1, scratch_bytes / (sums.numel() * 4));
    for (std::int64_t first = 0; first < x.size(0); first += step) {
        const std::int64_t count = std::min(step, x.size(0) - first);
        const auto each =
            at::bmm(gradient.narrow(0, first, count).transpose(1, 2), x.narrow(0, first, count));
        sums.add_(each.square_().sum(0));
    }
}

bool add_squared_gradients_fused([[maybe_unused]] Tensor& sums, [[maybe_unused]] const Tensor& x,
                                 [[maybe_unused]] const Tensor& gradient) {
#if defined(CDRA_CUDA_KERNELS)
    const auto type = x.scalar_type();
    if (!x.is_cuda() || gradient.scalar_type() != type || (type != at::kFloat && type != at::kBFloat16) ||
        sums.scalar_type() != at::kFloat || !sums.is_contiguous())
        return false;
    const kernels::SquaredGradientShape shape{x.size(0), x.size(1), gradient.size(2), x.size(2)};
    const auto element = type == at::kFloat ? kernels::CudaElement::float32 : kernels::CudaElement::bfloat16;
    if (!fits_squared_gradient_cuda(shape, element)) return false;
    const c10::cuda::CUDAGuard guard(x.device());
    const Tensor dense = x.contiguous(), dense_gradient = gradient.contiguous();
    // A view may begin anywhere in its storage.
    const auto aligned = [](const void* at) { return reinterpret_cast<std::uintptr_t>(at) % 16 == 0; };
    if (!aligned(dense.const_data_ptr()) || !aligned(dense_gradient.const_data_ptr())) return false;
    const auto fault = kernels::squared_gradient_cuda(shape, element, dense.const_data_ptr(), dense_gradient.const_data_ptr(),
                                                      sums.mutable_data_ptr<float>(), c10::cuda::getCurrentCUDAStream());
    if (!fault.empty()) throw Error("the fused kernel of the sensitivity did not start: " + fault + "; unset CDRA_CUDA_KERNELS");
    return true;
#else
    return false;
#endif
}

DeviceSquares::DeviceSquares(Fused fused, Warn warn) : fused_(std::move(fused)), warn_(std::move(warn)) {}

DeviceSquares DeviceSquares::by_environment(Warn warn) {
    const char* word = std::getenv("CDRA_CUDA_KERNELS");
    const bool wanted = word != nullptr && std::string_view(word) == "fused";
    return DeviceSquares(wanted ? Fused(add_squared_gradients_fused) : Fused(), std::move(warn));
}

bool DeviceSquares::agrees(const Tensor& ours, const Tensor& twin) const {
    const double most = twin.max().item<double>(), difference = (ours - twin).abs().max().item<double>();
    return difference <= largest_difference * most; // not a number agrees with nothing
}

void DeviceSquares::accumulate(Tensor& sums, const Tensor& x, const Tensor& gradient) {
    if (!fused_) return add_squared_gradients_by_products(sums, x, gradient);
    const std::pair shape(sums.size(0), sums.size(1));
    if (compared_.contains(shape)) {
        if (!fused_(sums, x, gradient)) add_squared_gradients_by_products(sums, x, gradient);
        return;
    }
    auto twin = at::zeros_like(sums), ours = at::zeros_like(sums);
    add_squared_gradients_by_products(twin, x, gradient);
    sums.add_(twin);
    if (!fused_(ours, x, gradient)) return;
    if (!twin.any().item<bool>()) return; // nothing but zeros proves nothing
    if (agrees(ours, twin)) {
        compared_.insert(shape);
        return;
    }
    fused_ = nullptr;
    if (warn_)
        warn_("the fused CUDA kernel disagrees with LibTorch's products on a matrix of " + std::to_string(shape.first) + " x " +
              std::to_string(shape.second) + "; LibTorch's are used from here on");
}

} // namespace cdra::engine
