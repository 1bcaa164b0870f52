// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/vit_spec.h"

#include <torch/types.h>

namespace cdra::engine {

// Position embedding [1, prefix + height·width, dim] resampled to a grid of target × target patches; the
// first `prefix` rows (class token) stay as they are. Both forms are bicubic on pixel centres, in float32:
// timm's filters against aliasing, Hugging Face's does not. The stored grid itself is returned unchanged.
torch::Tensor resample_positions(const torch::Tensor& positions, int prefix, int height, int width,
                                 int target, checkpoint::Resampling how);

} // namespace cdra::engine
