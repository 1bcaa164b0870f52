// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Words that the model's files share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <torch/types.h>

namespace cdra::engine {

inline std::string block_name(int block, std::string_view part) {
    return "blocks." + std::to_string(block) + "." + std::string(part);
}

inline std::string shape_text(at::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

} // namespace cdra::engine
