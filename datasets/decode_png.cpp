// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/decode.h"

#include <csetjmp>
#include <cstring>
#include <png.h>

namespace cdra::datasets {

namespace {

// As with libjpeg: errors jump back to a frame that holds nothing to destroy.
class Reader {
  public:
    explicit Reader(Bytes bytes) : bytes_(bytes) {
        png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
        if (png) info = png_create_info_struct(png);
    }
    ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    bool read_header() {
        if (!info) return false;
        if (setjmp(png_jmpbuf(png))) return false;
        png_set_read_fn(png, this, on_read);
        png_set_user_limits(png, 65500, 65500);
        png_set_chunk_malloc_max(png, 64U << 20);
        png_read_info(png, info);
        return true;
    }
    bool ask_for_colours() {
        if (setjmp(png_jmpbuf(png))) return false;
        // Eight bits of red, green and blue. Transparency is dropped, as PIL's convert("RGB") drops it.
        png_set_strip_16(png);
        png_set_packing(png);
        const auto colour = png_get_color_type(png, info);
        if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
        if (colour == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, info) < 8)
            png_set_expand_gray_1_2_4_to_8(png);
        if (!(colour & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
        png_set_strip_alpha(png);
        png_set_interlace_handling(png);
        png_read_update_info(png, info);
        return png_get_channels(png, info) == 3 && png_get_bit_depth(png, info) == 8;
    }
    // One byte a pixel, the number as it is stored.
    bool ask_for_numbers() {
        if (setjmp(png_jmpbuf(png))) return false;
        png_set_packing(png);
        png_set_interlace_handling(png);
        png_read_update_info(png, info);
        return png_get_channels(png, info) == 1 && png_get_bit_depth(png, info) == 8;
    }
    bool read_pixels(png_bytep* rows) {
        if (setjmp(png_jmpbuf(png))) return false;
        png_read_image(png, rows);
        png_read_end(png, nullptr);
        return true;
    }

    png_structp png = nullptr;
    png_infop info = nullptr;
    char message[256] = "libpng can't start";

  private:
    static void on_error(png_structp png, png_const_charp text) {
        auto* self = static_cast<Reader*>(png_get_error_ptr(png));
        std::strncpy(self->message, text, sizeof self->message - 1);
        png_longjmp(png, 1);
    }
    static void on_warning(png_structp, png_const_charp) {}
    static void on_read(png_structp png, png_bytep to, std::size_t count) {
        auto* self = static_cast<Reader*>(png_get_io_ptr(png));
        if (count > self->bytes_.size() - self->at_) png_error(png, "the file is cut short");
        std::memcpy(to, self->bytes_.data() + self->at_, count);
        self->at_ += count;
    }

    Bytes bytes_;
    std::size_t at_ = 0;
};

void read_rows(Reader& reader, std::vector<std::uint8_t>& bytes, std::size_t height, const std::string& name) {
    std::vector<png_bytep> rows(height);
    for (std::size_t y = 0; y < height; ++y)
        rows[y] = bytes.data() + y * (bytes.size() / height);
    if (!reader.read_pixels(rows.data())) corrupt(name, std::string("damaged PNG: ") + reader.message);
}

} // namespace

Image decode_png(Bytes bytes, const std::string& name) {
    Reader reader(bytes);
    if (!reader.read_header() || !reader.ask_for_colours())
        corrupt(name, std::string("damaged PNG: ") + reader.message);
    Image image = make_image(png_get_image_width(reader.png, reader.info),
                             png_get_image_height(reader.png, reader.info), name);
    read_rows(reader, image.rgb, static_cast<std::size_t>(image.height), name);
    return image;
}

LabelImage decode_label_png(Bytes bytes, const std::string& name) {
    Reader reader(bytes);
    if (bytes.size() < 8 || png_sig_cmp(bytes.data(), 0, 8) != 0)
        corrupt(name, "not a PNG file; label images are PNG files of class numbers");
    if (!reader.read_header()) corrupt(name, std::string("damaged PNG: ") + reader.message);
    const auto colour = png_get_color_type(reader.png, reader.info);
    const int depth = png_get_bit_depth(reader.png, reader.info);
    if ((colour != PNG_COLOR_TYPE_PALETTE && colour != PNG_COLOR_TYPE_GRAY) || depth > 8)
        corrupt(name, "a PNG of " + std::string(depth > 8 ? "16-bit values" : "colours") +
                          "; a label image has a palette or grey values of at most 8 bits, one class number a pixel");
    const std::int64_t width = png_get_image_width(reader.png, reader.info);
    const std::int64_t height = png_get_image_height(reader.png, reader.info);
    check_size(width, height, name);
    if (!reader.ask_for_numbers()) corrupt(name, std::string("damaged PNG: ") + reader.message);
    LabelImage labels{static_cast<int>(width), static_cast<int>(height),
                      std::vector<std::uint8_t>(static_cast<std::size_t>(width * height))};
    read_rows(reader, labels.classes, static_cast<std::size_t>(height), name);
    return labels;
}

} // namespace cdra::datasets
