// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/optimizer.h"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>
#include <cmath>

namespace cdra::engine {

AdamW::AdamW(std::vector<Trainable> trainables, const AdamWOptions& options)
    : trainables_(std::move(trainables)), options_(options) {
    for (std::size_t i = 0; i < trainables_.size(); ++i) {
        const auto& item = trainables_[i];
        moments_.push_back(
            {at::zeros_like(item.value, at::MemoryFormat::Contiguous).set_requires_grad(false),
             at::zeros_like(item.value, at::MemoryFormat::Contiguous).set_requires_grad(false)});
        step_counts_.push_back(
            torch::zeros({}, item.value.options().dtype(torch::kFloat32).requires_grad(false)));
        const double decay = item.weight_decay ? options_.weight_decay : 0;
        auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& known) {
            return known.weight_decay == decay && known.lr_scale == item.lr_scale;
        });
        if (group == groups_.end()) group = groups_.insert(groups_.end(), Group{decay, item.lr_scale, {}});
        group->members.push_back(i);
    }
}

void AdamW::zero_grad() {
    for (auto& item : trainables_)
        item.value.mutable_grad().reset();
}

void AdamW::step(double lr) {
    const torch::NoGradGuard no_grad;
    ++steps_;
    for (const auto& group : groups_) {
        std::vector<Tensor> values, gradients, first, second, counts;
        for (const auto i : group.members) {
            const auto& gradient = trainables_[i].value.grad();
            if (!gradient.defined()) continue;
            step_counts_[i].fill_(static_cast<double>(steps_));
            values.push_back(trainables_[i].value);
            gradients.push_back(gradient.contiguous());
            first.push_back(moments_[i].first);
            second.push_back(moments_[i].second);
            counts.push_back(step_counts_[i]);
        }
        if (!values.empty())
            at::_fused_adamw_(values, gradients, first, second, {}, counts, lr * group.lr_scale,
                              options_.beta1, options_.beta2, group.weight_decay, options_.epsilon, false,
                              false);
    }
}

void AdamW::set_steps(std::int64_t steps) {
    steps_ = steps;
}

double AdamW::gradient_norm() const {
    const torch::NoGradGuard no_grad;
    double sum = 0;
    for (const auto& item : trainables_)
        if (item.value.grad().defined()) {
            const double norm = item.value.grad().norm().item<double>();
            sum += norm * norm;
        }
    return std::sqrt(sum);
}

} // namespace cdra::engine
