// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/whole_tensors.h"

#include "core/base/error.h"

#include <cstring>

namespace cdra::engine {

bool decays(const std::string& name, const Tensor& value) {
    return name.ends_with(".weight") && value.dim() >= 2;
}

std::vector<float> float_values(const Tensor& tensor) {
    const auto flat = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const auto* data = flat.const_data_ptr<float>();
    return {data, data + flat.numel()};
}

std::vector<std::int32_t> int32_values(const Tensor& tensor) {
    const auto flat = tensor.to(torch::kCPU, torch::kInt32).contiguous();
    const auto* data = flat.const_data_ptr<std::int32_t>();
    return {data, data + flat.numel()};
}

void assign(const Tensor& target, const std::vector<float>& values, const std::string& name) {
    if (static_cast<std::int64_t>(values.size()) != target.numel())
        throw InputError("adapter tensor '" + name + "' has " + std::to_string(values.size()) +
                         " values; this method's has " + std::to_string(target.numel()) +
                         ": it was trained with another plan or other options");
    const torch::NoGradGuard no_grad;
    auto copy = torch::empty({target.numel()}, torch::kFloat32);
    if (!values.empty())
        std::memcpy(copy.mutable_data_ptr<float>(), values.data(), values.size() * sizeof(float));
    Tensor(target).copy_(copy.view(target.sizes()));
}

WholeTensors::WholeTensors(Vit& model, const std::vector<std::string>& names, double head_lr_scale)
    : model_(&model) {
    for (const auto& name : names) {
        const bool statistic = name.ends_with(".running_mean") || name.ends_with(".running_var");
        auto leaf = model.tensor(name).detach().clone().set_requires_grad(!statistic);
        model.set_tensor(name, leaf);
        trainables_.push_back(
            {name, leaf, decays(name, leaf), name.starts_with("head.") ? head_lr_scale : 1.0});
    }
}

void WholeTensors::store(job::Adapter& adapter) const {
    for (const auto& item : trainables_)
        adapter.whole[item.name] = job::Whole{item.value.sizes().vec(), float_values(item.value)};
}

void WholeTensors::load(const job::Adapter& adapter) {
    for (const auto& item : trainables_) {
        const auto found = adapter.whole.find(item.name);
        if (found == adapter.whole.end())
            throw InputError("adapter has no tensor '" + item.name + "', which this method trains");
        assign(item.value, found->second.values, item.name);
    }
}

void WholeTensors::release() {
    for (const auto& item : trainables_)
        model_->set_tensor(item.name, item.value.detach().clone());
}

WholeTensorMethod::WholeTensorMethod(Vit& model, const std::vector<std::string>& names, double head_lr_scale)
    : whole_(model, names, head_lr_scale) {}

std::vector<Trainable> WholeTensorMethod::trainables() {
    return whole_.trainables();
}

job::Adapter WholeTensorMethod::adapter() const {
    job::Adapter result;
    whole_.store(result);
    return result;
}

void WholeTensorMethod::load(const job::Adapter& adapter) {
    whole_.load(adapter);
}

void WholeTensorMethod::merge(Vit&) {
    whole_.release();
}

std::vector<std::string> head_names(const MethodContext& context) {
    if (context.options.contains("train-head") && !methods::as_bool(context.options, "train-head")) return {};
    return context.model.head_names();
}

double head_lr_scale(const methods::OptionValues& options) {
    return options.contains("head-lr-scale") ? methods::as_real(options, "head-lr-scale") : 1.0;
}

} // namespace cdra::engine
