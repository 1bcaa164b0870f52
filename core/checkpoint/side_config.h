// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What may stand beside a checkpoint: config.json (Hugging Face or timm) and preprocessor_config.json. They
// know what tensors can't say: heads, the norms' epsilon, normalisation, the shape of a grid that is not
// square.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace cdra::checkpoint {

struct SideConfig {
    std::string source;       // the file's path, empty if there is none
    std::string architecture; // model_type or timm's architecture
    std::optional<int> dim, depth, heads;
    std::optional<double> norm_epsilon;
    std::optional<std::pair<int, int>> image_size; // height, width
    std::optional<std::string> activation;
    std::optional<std::array<float, 3>> mean, std;
};

// Missing files leave their fields empty. Throws CorruptFile naming file and key for values of another kind.
SideConfig read_side_config(const std::filesystem::path& folder);

} // namespace cdra::checkpoint
