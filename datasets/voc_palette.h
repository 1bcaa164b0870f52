// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace cdra::datasets {

// The 256 colours (red, green, blue) in which PASCAL VOC shows class numbers: the number's bits are dealt out to the
// three channels in turn, the lowest to the channels' highest bits. 255 is (224, 224, 192).
inline std::vector<std::uint8_t> voc_palette() {
    std::vector<std::uint8_t> colours(3 * 256);
    for (unsigned number = 0; number < 256; ++number)
        for (unsigned bit = 0; bit < 8; ++bit)
            colours[3 * number + bit % 3] |= static_cast<std::uint8_t>((number >> bit & 1) << (7 - bit / 3));
    return colours;
}

} // namespace cdra::datasets
