// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/encode_jpeg.h"

#include "core/base/error.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <jpeglib.h>

namespace cdra::datasets {

namespace {

struct Errors {
    jpeg_error_mgr base{};
    std::jmp_buf back{};
};

void on_error(j_common_ptr info) { std::longjmp(reinterpret_cast<Errors*>(info->err)->back, 1); }

// libjpeg's errors jump back here, to a frame that holds nothing to destroy.
bool compress(jpeg_compress_struct& info, Errors& errors, int width, int height, const std::uint8_t* pixels,
              unsigned char** buffer, unsigned long* size) {
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = on_error;
    if (setjmp(errors.back)) return false;
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, buffer, size);
    info.image_width = static_cast<JDIMENSION>(width);
    info.image_height = static_cast<JDIMENSION>(height);
    info.input_components = 1;
    info.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 95, TRUE);
    info.dct_method = JDCT_ISLOW;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        auto* row = const_cast<JSAMPLE*>(pixels + std::size_t{info.next_scanline} * info.image_width);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    return true;
}

} // namespace

std::vector<std::uint8_t> encode_grey_jpeg(int width, int height, std::span<const std::uint8_t> pixels) {
    jpeg_compress_struct info{};
    Errors errors;
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    const bool good = compress(info, errors, width, height, pixels.data(), &buffer, &size);
    std::vector<std::uint8_t> bytes;
    if (good) bytes.assign(buffer, buffer + size);
    jpeg_destroy_compress(&info);
    std::free(buffer);
    if (!good) throw Error("a JPEG could not be written");
    return bytes;
}

} // namespace cdra::datasets
