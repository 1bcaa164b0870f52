// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Dropout and drop path, of the model's branches or a method's own, as factors: pure functions of a seed, so that a resumed run
// draws what it would have drawn.
#pragma once

#include <cstdint>
#include <torch/types.h>

namespace cdra::engine {

using torch::Tensor;

// Of the shape of `like`: 0 with probability `rate`, else 1/(1 − rate).
Tensor dropout_mask(const Tensor& like, double rate, std::uint64_t seed);
// [B, 1, 1] for `like` [B, T, n]: one such number an image.
Tensor path_mask(const Tensor& like, double rate, std::uint64_t seed);

} // namespace cdra::engine
