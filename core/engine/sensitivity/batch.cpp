// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/progress.h"
#include "core/engine/kernels/dense_product.h"
#include "core/engine/sensitivity/estimators.h"

#include <torch/torch.h>

namespace cdra::engine {

Tensor BatchWatch::leaf(const std::string& name, const Tensor& frozen, Tensor& sum) {
    auto& [value, total] = leaves_[name];
    if (!value.defined()) {
        value = frozen.detach().requires_grad_(); // shares the model's storage
        total = sum;
    }
    return value;
}

Tensor BatchWatch::project(int block, Projection which, const Tensor& x, const Linear& frozen) {
    throw_if_stopped(stop_);
    const std::string name = std::to_string(block) + "/" + std::to_string(static_cast<int>(which));
    LinearSums& sums = sums_.linear(block, which);
    const Tensor weight = leaf(name + "/weight", frozen.weight, sums.weight);
    const Tensor bias = frozen.bias.defined() ? leaf(name + "/bias", frozen.bias, sums.bias) : Tensor{};
    return kernels::dense_linear(x, weight, bias);
}

Tensor BatchWatch::normalise(const std::string& name, const Tensor& x, const Tensor& weight,
                             const Tensor& bias, double epsilon) {
    NormSums& sums = sums_.norm(name);
    return at::layer_norm(x, {x.size(-1)}, leaf(name + ".weight", weight, sums.weight),
                          leaf(name + ".bias", bias, sums.bias), epsilon);
}

void BatchWatch::take() {
    throw_if_stopped(stop_);
    const torch::NoGradGuard no_grad;
    for (auto& [name, leaf] : leaves_) {
        // A path that was dropped for every sample of the batch leaves no gradient.
        if (leaf.value.grad().defined()) leaf.sum.addcmul_(leaf.value.grad(), leaf.value.grad());
        leaf.value.mutable_grad().reset();
    }
}

void SignedWatch::finish() {
    throw_if_stopped(stop_);
    const torch::NoGradGuard no_grad;
    for (auto& [name, leaf] : leaves_) {
        if (leaf.value.grad().defined()) leaf.sum.copy_(leaf.value.grad().abs());
        leaf.value.mutable_grad().reset();
    }
}

} // namespace cdra::engine
