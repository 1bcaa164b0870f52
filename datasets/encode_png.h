// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to datasets: PNG files whose bytes depend on the pixels alone. (zlib's differ between its versions and
// forks, and a benchmark is to have one digest everywhere.)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cdra::datasets {

// `pixels`: height × width bytes. With a `palette` (red, green, blue of each index) a palette image, else grey.
std::vector<std::uint8_t> encode_png(int width, int height, std::span<const std::uint8_t> pixels,
                                     std::span<const std::uint8_t> palette = {});

} // namespace cdra::datasets
