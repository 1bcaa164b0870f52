// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace cdra::test {

// `count` values of a standard normal distribution, a function of the seed.
inline std::vector<float> random_values(std::int64_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> draw;
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = draw(random);
    return values;
}

} // namespace cdra::test
