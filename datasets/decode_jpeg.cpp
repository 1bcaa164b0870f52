// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/decode.h"

#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>
// after jpeglib.h, which declares what it uses
#include <jerror.h>

namespace cdra::datasets {

namespace {

// libjpeg reports errors by a call that must not return. Exceptions can't cross its C frames, so it jumps
// back to read(), whose frame holds nothing that needs a destructor.
struct Errors {
    jpeg_error_mgr base{};
    std::jmp_buf back{};
    char message[JMSG_LENGTH_MAX] = "";
    bool cut_short = false;
};

void on_error(j_common_ptr info) {
    auto* errors = reinterpret_cast<Errors*>(info->err);
    info->err->format_message(info, errors->message);
    std::longjmp(errors->back, 1);
}

void on_message(j_common_ptr info, int level) {
    // Warnings are common in photographs and harmless; a missing end is not.
    if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF)
        reinterpret_cast<Errors*>(info->err)->cut_short = true;
}

void quiet(j_common_ptr) {}

class Decompressor {
  public:
    Decompressor() {
        info.err = jpeg_std_error(&errors.base);
        errors.base.error_exit = on_error;
        errors.base.emit_message = on_message;
        errors.base.output_message = quiet;
    }
    ~Decompressor() { jpeg_destroy_decompress(&info); }
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    bool read_header(Bytes bytes) {
        if (setjmp(errors.back)) return false;
        jpeg_create_decompress(&info);
        jpeg_mem_src(&info, bytes.data(), bytes.size());
        jpeg_read_header(&info, TRUE);
        return true;
    }
    // `pixels` holds height × width × components bytes.
    bool read_pixels(std::uint8_t* pixels, J_COLOR_SPACE space) {
        if (setjmp(errors.back)) return false;
        info.out_color_space = space;
        jpeg_start_decompress(&info);
        const std::size_t stride =
            std::size_t{info.output_width} * static_cast<std::size_t>(info.output_components);
        while (info.output_scanline < info.output_height) {
            JSAMPROW row = pixels + std::size_t{info.output_scanline} * stride;
            jpeg_read_scanlines(&info, &row, 1);
        }
        jpeg_finish_decompress(&info);
        return true;
    }

    jpeg_decompress_struct info{};
    Errors errors;
};

// Inks as Adobe stores them, inverted: the value is the ink's absence.
std::uint8_t from_ink(std::uint8_t absence, std::uint8_t black_absence) {
    const unsigned product = (255U - absence) * black_absence + 128U;
    return static_cast<std::uint8_t>(black_absence - (((product >> 8) + product) >> 8));
}

} // namespace

Image decode_jpeg(Bytes bytes, const std::string& name) {
    Decompressor jpeg;
    if (!jpeg.read_header(bytes)) corrupt(name, std::string("damaged JPEG: ") + jpeg.errors.message);
    Image image = make_image(jpeg.info.image_width, jpeg.info.image_height, name);
    const bool inks = jpeg.info.jpeg_color_space == JCS_CMYK || jpeg.info.jpeg_color_space == JCS_YCCK;
    bool good = false;
    if (inks) {
        std::vector<std::uint8_t> cmyk(image.rgb.size() / 3 * 4);
        good = jpeg.read_pixels(cmyk.data(), JCS_CMYK);
        for (std::size_t i = 0; i < cmyk.size() / 4; ++i)
            for (std::size_t c = 0; c < 3; ++c)
                image.rgb[3 * i + c] = from_ink(cmyk[4 * i + c], cmyk[4 * i + 3]);
    } else {
        good = jpeg.read_pixels(image.rgb.data(), JCS_RGB); // grey is repeated
    }
    if (!good) corrupt(name, std::string("damaged JPEG: ") + jpeg.errors.message);
    if (jpeg.errors.cut_short) corrupt(name, "the JPEG is cut short: it ends before its last row");
    return image;
}

} // namespace cdra::datasets
