// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// What test_model.py and test_sensitivity.py compare: reads "images" [N, 3, S, S] (and "labels" [N]) from a
// safetensors file and writes what the engine computes to another.
//   engine_model hidden MODEL IN OUT timm|hf [POOLING]  → hidden [N, T, dim], features, logits if there is a head
//   engine_model sensitivity MODEL IN OUT per-sample|batch BATCH sum|mean
//       IN also holds "head" [classes, dim] → every matrix and vector by name
#include "core/engine/model/vit.h"
#include "core/engine/sensitivity/sensitivity.h"
#include "core/tensor_io/safetensors.h"
#include "tests/parity/read_tensor.h"

#include <iostream>
#include <torch/torch.h>

namespace {

using cdra::test::read;

using namespace cdra;
using engine::Tensor;

void write(const std::string& path, const std::map<std::string, Tensor>& tensors) {
    std::vector<tensor_io::TensorView> views;
    for (const auto& [name, tensor] : tensors)
        views.push_back(
            tensor_io::view_f32(name, tensor.sizes().vec(),
                                {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())}));
    tensor_io::write_safetensors(path, views, {});
}

Tensor of(std::span<const float> values) {
    return torch::from_blob(const_cast<float*>(values.data()), {std::int64_t(values.size())}, torch::kFloat32)
        .clone();
}

int run(const std::vector<std::string>& words) {
    const auto source = checkpoint::open(words.at(1));
    const auto input = tensor_io::SafetensorsFile::open(words.at(2));
    const auto images = read(input, "images");
    const auto resampling =
        words.at(0) == "hidden" ? checkpoint::parse_resampling(words.at(4)) : checkpoint::Resampling::timm;
    const auto& spec = source->spec();
    auto pooling = spec.class_token && !spec.pooled_norm ? checkpoint::Pooling::cls : checkpoint::Pooling::mean;
    if (words.at(0) == "hidden" && words.size() > 5) pooling = checkpoint::parse_pooling(words.at(5));
    engine::Vit model(*source, static_cast<int>(images.size(2)), resampling, pooling, torch::kCPU);
    std::map<std::string, Tensor> results;
    if (words.at(0) == "hidden") {
        const torch::NoGradGuard no_grad;
        results["hidden"] = model.last_hidden_state(images).contiguous();
        results["features"] = model.features(images).contiguous();
        if (model.has("head.weight")) results["logits"] = model.logits(images).contiguous();
    } else if (words.at(0) == "sensitivity") {
        const auto head = read(input, "head");
        model.reset_head(static_cast<int>(head.size(0)), 0);
        model.set_tensor("head.weight", head);
        const auto labels = read(input, "labels").to(torch::kInt64);
        const std::int64_t batch = std::stoi(words.at(5));
        engine::SensitivityInputs inputs{
            .model = model, .estimator = engine::parse_estimator(words.at(4)), .next = {}};
        inputs.samples = images.size(0);
        inputs.drop_path = 0;
        inputs.reduction = words.at(6) == "mean" ? engine::Reduction::mean : engine::Reduction::sum;
        inputs.next = [&, at = std::int64_t{0}](engine::LabelledImages& next) mutable {
            const auto count = std::min(batch, images.size(0) - at);
            if (count <= 0) return false;
            next = {images.narrow(0, at, count), labels.narrow(0, at, count)};
            at += count;
            return true;
        };
        NullProgress silent;
        const auto map = engine::compute_sensitivity(inputs, silent);
        for (const auto& matrix : map.matrices)
            results[matrix.shape.name] = of(matrix.values).reshape({matrix.shape.out, matrix.shape.in});
        for (const auto& vector : map.vectors)
            results[vector.shape.name] = of(vector.values);
    } else {
        throw InputError("unknown word " + words.at(0));
    }
    write(words.at(3), results);
    return 0;
}

} // namespace

int main(int count, char** words) {
    try {
        return run({words + 1, words + count});
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
