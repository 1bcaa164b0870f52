// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// JPEG files that tests and benchmarks write themselves; whoever includes it links libjpeg.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include <jpeglib.h>

namespace cdra::test {

// `pixels`: width · height · components bytes, row by row. Colours are written at half
// resolution, as cameras do: libjpeg's own choice.
inline std::vector<std::uint8_t> jpeg(std::span<const std::uint8_t> pixels, int width, int height, int components, J_COLOR_SPACE space,
                                      bool progressive = false, int quality = 100) {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* out = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &out, &size);
    info.image_width = static_cast<JDIMENSION>(width);
    info.image_height = static_cast<JDIMENSION>(height);
    info.input_components = components;
    info.in_color_space = space;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    if (progressive) jpeg_simple_progression(&info);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        // libjpeg's rows are not const, but it only reads them.
        auto* row = const_cast<JSAMPROW>(pixels.data() + std::size_t(info.next_scanline) * std::size_t(width * components));
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    std::vector<std::uint8_t> bytes(out, out + size);
    std::free(out);
    jpeg_destroy_compress(&info);
    return bytes;
}

} // namespace cdra::test
