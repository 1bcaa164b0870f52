// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sensitivity/square_sums.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <torch/torch.h>

namespace cdra::engine {

namespace {

constexpr std::array<Projection, 4> projections = {Projection::qkv, Projection::proj, Projection::fc1,
                                                   Projection::fc2};

std::vector<float> scaled(const Tensor& sums, double scale, const std::string& name) {
    const Tensor values = (sums * scale).to(torch::kCPU).contiguous();
    const float* data = values.const_data_ptr<float>();
    std::vector<float> result(data, data + values.numel());
    if (!std::ranges::all_of(result, [](float value) { return std::isfinite(value); }))
        throw Error("sensitivity of " + name +
                    ": a gradient is not finite; the model's weights or the images' "
                    "normalisation are out of range (see cdra inspect and --mean, --std)");
    return result;
}

} // namespace

SquareSums::SquareSums(const Vit& model)
    : spec_(model.spec()), blocks_(static_cast<std::size_t>(spec_.depth)) {
    const auto options = torch::TensorOptions().dtype(torch::kFloat32).device(model.device());
    const auto add_norm = [&](const std::string& name) {
        norms_[name] = {torch::zeros({spec_.dim}, options), torch::zeros({spec_.dim}, options)};
    };
    for (int block = 0; block < spec_.depth; ++block) {
        for (const Projection which : projections) {
            const Linear layer = model.linear(block, which);
            LinearSums& sums = linear(block, which);
            sums.weight = torch::zeros(layer.weight.sizes(), options);
            if (layer.bias.defined()) sums.bias = torch::zeros(layer.bias.sizes(), options);
        }
        add_norm("blocks." + std::to_string(block) + ".norm1");
        add_norm("blocks." + std::to_string(block) + ".norm2");
    }
    add_norm("norm");
    const Linear patch = model.linear(-1, Projection::patch);
    // Expanded zeros take no memory; most estimators never ask for them.
    patch_weight_ = torch::zeros({1}, options).expand(patch.weight.sizes());
    if (patch.bias.defined()) patch_bias_ = torch::zeros({1}, options).expand(patch.bias.sizes());
}

LinearSums& SquareSums::linear(int block, Projection which) {
    if (which == Projection::patch) {
        if (!patch_)
            patch_ = LinearSums{patch_weight_.clone(at::MemoryFormat::Contiguous),
                                patch_bias_.defined() ? patch_bias_.clone(at::MemoryFormat::Contiguous) : Tensor()};
        return *patch_;
    }
    return blocks_.at(static_cast<std::size_t>(block)).at(static_cast<std::size_t>(which));
}

NormSums& SquareSums::norm(const std::string& name) {
    return norms_.at(name);
}

sensitivity::SensitivityMap SquareSums::to_map(double scale) const {
    // Where each of our names lies: a whole tensor, or a third of the stacked q, k, v.
    std::map<std::string, Tensor> by_name;
    for (int block = 0; block < spec_.depth; ++block) {
        const std::string prefix = "blocks." + std::to_string(block) + ".";
        const auto& sums = blocks_[static_cast<std::size_t>(block)];
        for (int part = 0; part < 3; ++part) {
            const std::string name =
                prefix + std::string(checkpoint::matrix_kinds[static_cast<std::size_t>(part)]);
            by_name[name] = sums[0].weight.narrow(0, part * spec_.dim, spec_.dim);
            if (sums[0].bias.defined())
                by_name[name + ".bias"] = sums[0].bias.narrow(0, part * spec_.dim, spec_.dim);
        }
        for (std::size_t which = 1; which < 4; ++which) {
            const std::string name = prefix + std::string(checkpoint::matrix_kinds[which + 2]);
            by_name[name] = sums[which].weight;
            if (sums[which].bias.defined()) by_name[name + ".bias"] = sums[which].bias;
        }
    }
    for (const auto& [name, sums] : norms_) {
        by_name[name + ".weight"] = sums.weight;
        by_name[name + ".bias"] = sums.bias;
    }
    sensitivity::SensitivityMap map;
    for (auto& shape : checkpoint::candidate_matrices(spec_)) {
        auto values = scaled(by_name.at(shape.name), scale, shape.name);
        map.matrices.push_back({std::move(shape), std::move(values)});
    }
    for (auto& shape : checkpoint::tunable_vectors(spec_)) {
        auto values = scaled(by_name.at(shape.name), scale, shape.name);
        map.vectors.push_back({std::move(shape), std::move(values)});
    }
    if (patch_)
        map.patch = sensitivity::MatrixSensitivity{
            sensitivity::patch_shape(patch_->weight.size(0), patch_->weight.size(1)),
            scaled(patch_->weight, scale, sensitivity::patch_name)};
    return map;
}

} // namespace cdra::engine
