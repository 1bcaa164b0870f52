// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/progress.h"
#include "core/engine/kernels/dense_product.h"
#include "core/engine/sensitivity/estimators.h"

#include <algorithm>
#include <torch/torch.h>

namespace cdra::engine {

namespace {

// [B, T, n] → Σ_b (Σ_t)², [n].
Tensor squared_sum(const Tensor& terms) {
    return terms.sum(1).square().sum(0);
}

} // namespace

Tensor PerSampleWatch::before_block(int block, const Tensor& x) {
    // Gradients are wanted down to the first block's input and no further: the patch embedding is frozen
    // always.
    return block == 0 ? x.detach().requires_grad_() : x;
}

Tensor PerSampleWatch::project(int block, Projection which, const Tensor& x, const Linear& frozen) {
    throw_if_stopped(stop_);
    Tensor y = kernels::dense_linear(x, frozen.weight, frozen.bias);
    // The hook lives as long as the graph, what it keeps only until it has run.
    const auto input = std::make_shared<Tensor>(x.detach());
    y.register_hook([this, &sums = sums_.linear(block, which), input](const Tensor& gradient) {
        throw_if_stopped(stop_);
        const Tensor dense =
            gradient.contiguous(); // handed on, so that the product below does not copy it again
        const torch::NoGradGuard no_grad;
        add_linear(sums, *input, dense);
        input->reset();
        return dense;
    });
    return y;
}

void PerSampleWatch::add_linear(LinearSums& sums, const Tensor& x, const Tensor& gradient) {
    if (sums.bias.defined()) sums.bias.add_(squared_sum(gradient));
    if (!x.is_cpu()) return device_.accumulate(sums.weight, x, gradient);
    const Tensor dense = x.contiguous();
    kernel_.accumulate({x.size(0), x.size(1), gradient.size(2), x.size(2)}, dense.const_data_ptr<float>(),
                       gradient.const_data_ptr<float>(), sums.weight.mutable_data_ptr<float>());
}

Tensor PerSampleWatch::normalise(const std::string& name, const Tensor& x, const Tensor& weight,
                                 const Tensor& bias, double epsilon) {
    throw_if_stopped(stop_);
    auto [y, mean, rstd] = at::native_layer_norm(x, {x.size(-1)}, weight, bias, epsilon);
    struct Kept {
        Tensor x, mean, rstd;
    };
    const auto kept = std::make_shared<Kept>(Kept{x.detach(), mean.detach(), rstd.detach()});
    y.register_hook([&sums = sums_.norm(name), kept](const Tensor& gradient) {
        const torch::NoGradGuard no_grad;
        sums.bias.add_(squared_sum(gradient));
        sums.weight.add_(squared_sum((kept->x - kept->mean).mul_(kept->rstd).mul_(gradient)));
        *kept = {};
    });
    return y;
}

} // namespace cdra::engine
