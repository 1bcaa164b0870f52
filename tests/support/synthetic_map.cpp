// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/synthetic_map.h"

#include <cmath>
#include <random>

namespace cdra::test {

sensitivity::SensitivityMap synthetic_map(const SyntheticMap& shape) {
    checkpoint::VitSpec spec;
    spec.depth = shape.depth;
    spec.dim = shape.dim;
    spec.mlp_dim = shape.mlp_dim;
    spec.heads = 2;
    spec.patch = 4;
    spec.grid_height = spec.grid_width = 4;

    std::mt19937_64 random(shape.seed);
    std::normal_distribution<float> normal;
    const auto settle = [&](float value) {
        if (shape.levels <= 0) return value;
        return std::floor(std::min(value, 8.0F) * static_cast<float>(shape.levels) / 8.0F) / 16.0F;
    };
    sensitivity::SensitivityMap map;
    for (const auto& matrix : checkpoint::candidate_matrices(spec)) {
        std::vector<float> rows(static_cast<std::size_t>(matrix.in)),
            columns(static_cast<std::size_t>(matrix.out));
        for (float& row : rows)
            row = std::exp(1.5F * normal(random));
        for (float& column : columns)
            column = std::exp(0.8F * normal(random));
        std::vector<float> values;
        for (const float column : columns)
            for (const float row : rows) {
                const float noise = normal(random);
                values.push_back(settle(row * column * noise * noise));
            }
        map.matrices.push_back({matrix, std::move(values)});
    }
    for (const auto& vector : checkpoint::tunable_vectors(spec)) {
        std::vector<float> values;
        for (std::int64_t i = 0; i < vector.size; ++i) {
            const float noise = normal(random);
            values.push_back(settle(4 * noise * noise));
        }
        map.vectors.push_back({vector, std::move(values)});
    }
    auto& from = map.provenance;
    from.model = "model.safetensors";
    from.model_sha256 = std::string(64, 'a');
    from.dataset = "image-folder:images";
    from.dataset_fingerprint = std::string(64, 'b');
    from.samples = {5, 3, 11};
    from.seed = 0xFFFFFFFFFFFFFFF0ULL; // above 2^63: must survive a file
    from.head_seed = 2;
    from.classes = 4;
    from.image_size = 16;
    from.mean = {0.5F, 0.25F, 0.125F};
    from.std = {0.5F, 0.5F, 0.5F};
    from.position_resampling = "timm";
    from.pooling = "cls";
    from.device = "cpu";
    from.threads = 2;
    from.backbone_parameters = checkpoint::backbone_parameters(spec);
    from.class_token_parameters = spec.dim;
    from.program_version = "test";
    return map;
}

} // namespace cdra::test
