// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// A tiny model with a plan of every treatment, for the tests of methods and training.
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/compact/plan.h"
#include "core/engine/methods/method.h"
#include "core/engine/methods/whole_tensors.h"
#include "core/engine/model/vit.h"
#include "tests/support/tiny_inputs.h"

#include <torch/torch.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace cdra::test {

// A random map of the model's shapes, some matrices a hundred times as sensitive as others and some sensitive in
// single weights, so that a plan of it has low-rank, masked and frozen matrices.
inline sensitivity::SensitivityMap random_map(const checkpoint::VitSpec& spec) {
    std::mt19937 random(17);
    std::exponential_distribution<float> draw(1.0F);
    sensitivity::SensitivityMap map;
    for (const auto& shape : checkpoint::candidate_matrices(spec)) {
        std::vector<float> values(static_cast<std::size_t>(shape.size()));
        const float scale = shape.kind == 0 || shape.kind == 4 ? 1.0F : 0.01F;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto row = i % static_cast<std::size_t>(shape.in), column = i / static_cast<std::size_t>(shape.in);
            values[i] = draw(random) * scale * (row % 3 == 0 && column % 2 == 0 ? 1.0F : 0.02F);
            // Single weights far apart: too few for a rank, hence masked.
            if (shape.kind == 2 && i % 199 == 5) values[i] += 50;
        }
        map.matrices.push_back({shape, std::move(values)});
    }
    for (const auto& shape : checkpoint::tunable_vectors(spec)) {
        std::vector<float> values(static_cast<std::size_t>(shape.size));
        for (auto& value : values) value = draw(random) * (shape.name.ends_with("norm1.weight") ? 1.0F : 0.001F);
        map.vectors.push_back({shape, std::move(values)});
    }
    map.provenance.backbone_parameters = checkpoint::backbone_parameters(spec);
    map.provenance.class_token_parameters = spec.dim;
    return map;
}

struct World {
    std::filesystem::path file;
    int classes = 4;

    explicit World(const std::filesystem::path& folder) : file(folder / "vit.safetensors") { write_tiny_vit(file); }

    std::unique_ptr<engine::Vit> model() const {
        auto result = std::make_unique<engine::Vit>(*checkpoint::open(file), TinyVit{}.image_size, checkpoint::Resampling::timm,
                                                    checkpoint::Pooling::cls, torch::kCPU);
        result->reset_head(classes, 3);
        return result;
    }
    compact::CompactPlan plan(double gamma = 0.02) const {
        compact::PlanOptions options;
        options.amount = compact::Gamma{gamma};
        NullProgress progress;
        return compact::make_plan(random_map(checkpoint::open(file)->spec()), options, progress);
    }
    std::unique_ptr<engine::Method> method(engine::Vit& model, const std::string& word, const compact::CompactPlan* plan,
                                           const methods::OptionValues& given = {}) const {
        const auto options = methods::resolve_options(methods::find_method(word), given);
        return engine::make_method(word, {model, options, plan, 5});
    }
};

inline torch::Tensor random_images(int count) {
    torch::manual_seed(23);
    return torch::randn({count, 3, TinyVit{}.image_size, TinyVit{}.image_size});
}

// Every trainable moved off its start by a seeded step.
inline void disturb(engine::Method& method, double size = 0.05) {
    const torch::NoGradGuard no_grad;
    torch::manual_seed(29);
    for (auto& item : method.trainables()) item.value.add_(torch::randn_like(item.value) * size);
}

inline torch::Tensor adapted_logits(const engine::Vit& model, engine::Method& method, const torch::Tensor& images) {
    method.begin_forward(false, 0);
    engine::ForwardOptions options;
    options.adaptation = &method;
    return model.logits(images, options);
}

// As training sees it: dropout and drop path drawn from `seed`.
inline torch::Tensor training_logits(const engine::Vit& model, engine::Method& method, const torch::Tensor& images,
                                     std::uint64_t seed) {
    method.begin_forward(true, seed);
    engine::ForwardOptions options;
    options.adaptation = &method;
    options.training = true;
    return model.logits(images, options);
}

} // namespace cdra::test
