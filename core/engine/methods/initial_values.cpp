// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/initial_values.h"

#include "core/base/random.h"

#include <cmath>
#include <numbers>

namespace cdra::engine {
namespace {

// Uniform in [0, 1) with 53 bits, number `index` of the stream.
double unit(std::uint64_t stream, std::uint64_t index) {
    return static_cast<double>(mix_seed(stream, index) >> 11) * 0x1p-53;
}

} // namespace

Tensor uniform_values(std::vector<std::int64_t> shape, double bound, std::uint64_t seed,
                      std::string_view name) {
    auto result = torch::empty(shape, torch::kFloat32);
    const auto stream = mix_seed(seed, name);
    float* values = result.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < result.numel(); ++i)
        values[i] = static_cast<float>((2 * unit(stream, static_cast<std::uint64_t>(i)) - 1) * bound);
    return result;
}

Tensor normal_values(std::vector<std::int64_t> shape, double deviation, std::uint64_t seed,
                     std::string_view name) {
    auto result = torch::empty(shape, torch::kFloat32);
    const auto stream = mix_seed(seed, name);
    float* values = result.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < result.numel(); ++i) { // Box and Muller
        const auto index = static_cast<std::uint64_t>(i);
        const double radius = std::sqrt(-2 * std::log(1 - unit(stream, 2 * index)));
        values[i] = static_cast<float>(deviation * radius *
                                       std::cos(2 * std::numbers::pi * unit(stream, 2 * index + 1)));
    }
    return result;
}

} // namespace cdra::engine
