// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cdra::datasets {

// Private to datasets: a grey JPEG of quality 95 with the exact integer transform, which is the same in every libjpeg.
std::vector<std::uint8_t> encode_grey_jpeg(int width, int height, std::span<const std::uint8_t> pixels);

} // namespace cdra::datasets
