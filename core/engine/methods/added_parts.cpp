// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/added_parts.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/model/branch_noise.h"

namespace cdra::engine {

AddedParts::AddedParts(const MethodContext& context, std::string_view word)
    : word_(word), device_(context.model.device()),
      head_(context.model, head_names(context), head_lr_scale(context.options)) {}

Tensor AddedParts::add(const std::string& name, const Tensor& start, bool weight_decay, double lr_scale) {
    auto leaf = start.to(device_).clone().set_requires_grad(true);
    own_.push_back({name, leaf, weight_decay, lr_scale});
    return leaf;
}

Tensor AddedParts::add_statistic(const std::string& name, const Tensor& start) {
    auto value = start.to(device_).clone();
    own_.push_back({name, value, false, 1});
    return value;
}

Tensor AddedParts::dropped(const Tensor& x, double rate, std::uint64_t salt) const {
    if (!training_ || rate <= 0) return x;
    return x * dropout_mask(x, rate, mix_seed(forward_seed_, salt));
}

std::vector<Trainable> AddedParts::trainables() {
    auto result = own_;
    result.insert(result.end(), head_.trainables().begin(), head_.trainables().end());
    return result;
}

void AddedParts::begin_forward(bool training, std::uint64_t seed) {
    training_ = training;
    forward_seed_ = mix_seed(seed, word_);
}

job::Adapter AddedParts::adapter() const {
    job::Adapter result;
    for (const auto& item : own_)
        result.whole[item.name] = job::Whole{item.value.sizes().vec(), float_values(item.value)};
    head_.store(result);
    return result;
}

void AddedParts::load(const job::Adapter& adapter) {
    for (const auto& item : own_) {
        const auto found = adapter.whole.find(item.name);
        if (found == adapter.whole.end())
            throw InputError("adapter has no tensor '" + item.name + "', which this method trains");
        if (found->second.shape != item.value.sizes().vec())
            throw InputError("adapter tensor '" + item.name +
                             "' has another shape than this method's: it was trained with other options");
        assign(item.value, found->second.values, item.name);
    }
    head_.load(adapter);
}

void AddedParts::merge(Vit&) {
    throw InputError("method " + word_ +
                     " can't be merged: it adds parts that no weight of the model can hold");
}

} // namespace cdra::engine
