// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A plan like a real one: sensitivities are products of a few strong rows and columns and a wide spread, so
// that the sensitive weights gather in few rows and columns.
#pragma once

#include "core/base/random.h"
#include "core/compact/plan.h"

#include <cmath>
#include <memory>
#include <numbers>

namespace cdra::test {

inline double gaussian(std::uint64_t seed, std::uint64_t index) {
    const double a = (double(mix_seed(seed, 2 * index) >> 11) + 0.5) / 9007199254740992.0;
    const double b = double(mix_seed(seed, 2 * index + 1) >> 11) / 9007199254740992.0;
    return std::sqrt(-2 * std::log(a)) * std::cos(2 * std::numbers::pi * b);
}

inline std::shared_ptr<const sensitivity::SensitivityMap> sample_map(int blocks, int dim = 48) {
    auto map = std::make_shared<sensitivity::SensitivityMap>();
    std::uint64_t seed = 7;
    for (int block = 0; block < blocks; ++block)
        for (int kind = 0; kind < int(checkpoint::matrix_kinds.size()); ++kind) {
            sensitivity::MatrixSensitivity matrix;
            matrix.shape.name = "blocks." + std::to_string(block) + "." +
                                std::string(checkpoint::matrix_kinds[std::size_t(kind)]);
            matrix.shape.block = block;
            matrix.shape.kind = kind;
            matrix.shape.out = kind == 4 ? 4 * dim : dim;
            matrix.shape.in = kind == 5 ? 4 * dim : dim;
            std::vector<float> values(std::size_t(matrix.shape.size()));
            ++seed;
            const double depth =
                0.25 * gaussian(seed, 999983) + 0.6 * std::sin(3.0 * block / std::max(1, blocks));
            for (std::int64_t out = 0; out < matrix.shape.out; ++out)
                for (std::int64_t in = 0; in < matrix.shape.in; ++in) {
                    const auto flat = std::uint64_t(out * matrix.shape.in + in);
                    const double log = -16 + depth + 1.3 * gaussian(seed + 1000, std::uint64_t(in)) +
                                       0.9 * gaussian(seed + 2000, std::uint64_t(out)) +
                                       1.1 * gaussian(seed + 3000, flat);
                    values[flat] = float(std::exp(log));
                }
            matrix.values = std::move(values);
            map->matrices.push_back(std::move(matrix));
        }
    map->vectors.push_back({{"norm.weight", dim}, std::vector<float>(std::size_t(dim), 1e-9F)});
    map->provenance.backbone_parameters = map->matrix_weights() + dim;
    map->provenance.class_token_parameters = dim;
    return map;
}

inline std::shared_ptr<const compact::CompactPlan> sample_plan(const sensitivity::SensitivityMap& map,
                                                               double gamma = 0.02) {
    compact::PlanOptions options;
    options.amount = compact::Gamma{gamma};
    NullProgress progress;
    return std::make_shared<const compact::CompactPlan>(compact::make_plan(map, options, progress));
}

} // namespace cdra::test
