// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Start values from a generator of our own: pure functions of seed and name, the same on every machine and
// device.
#pragma once

#include <cstdint>
#include <string_view>
#include <torch/types.h>
#include <vector>

namespace cdra::engine {

using torch::Tensor;

// float32 on the CPU; uniform in [-bound, bound) or normal with mean 0.
Tensor uniform_values(std::vector<std::int64_t> shape, double bound, std::uint64_t seed,
                      std::string_view name);
Tensor normal_values(std::vector<std::int64_t> shape, double deviation, std::uint64_t seed,
                     std::string_view name);

} // namespace cdra::engine
