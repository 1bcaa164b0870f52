// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/matrix_name.h"

#include <algorithm>
#include <charconv>

namespace cdra::checkpoint {

std::optional<MatrixShape> matrix_shape(const std::string& name, std::int64_t out, std::int64_t in) {
    constexpr std::string_view start = "blocks.";
    if (!name.starts_with(start)) return std::nullopt;
    const char *begin = name.data() + start.size(), *end = name.data() + name.size();
    int block = -1;
    const auto [stop, error] = std::from_chars(begin, end, block);
    if (error != std::errc() || stop == end || *stop != '.' || block < 0 || block >= 1024)
        return std::nullopt;
    const auto kind = std::ranges::find(matrix_kinds, std::string_view(stop + 1, end));
    // The same number may be written in two ways ("00"); only ours names a matrix.
    if (kind == matrix_kinds.end() || name != "blocks." + std::to_string(block) + "." + std::string(*kind))
        return std::nullopt;
    return MatrixShape{name, block, static_cast<int>(kind - matrix_kinds.begin()), out, in};
}

} // namespace cdra::checkpoint
