// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model/position.h"

#include <torch/torch.h>

namespace cdra::engine {

torch::Tensor resample_positions(const torch::Tensor& positions, int prefix, int height, int width,
                                 int target, checkpoint::Resampling how) {
    if (height == target && width == target) return positions;
    const auto dim = positions.size(2);
    const auto kept = positions.narrow(1, 0, prefix);
    const auto grid = positions.narrow(1, prefix, std::int64_t{height} * width)
                          .reshape({1, height, width, dim})
                          .permute({0, 3, 1, 2})
                          .contiguous();
    const std::vector<std::int64_t> size = {target, target};
    const auto resampled = how == checkpoint::Resampling::timm
                               ? at::_upsample_bicubic2d_aa(grid, size, /*align_corners=*/false)
                               : at::upsample_bicubic2d(grid, size, /*align_corners=*/false);
    return torch::cat(
        {kept, resampled.permute({0, 2, 3, 1}).reshape({1, std::int64_t{target} * target, dim})}, 1);
}

} // namespace cdra::engine
