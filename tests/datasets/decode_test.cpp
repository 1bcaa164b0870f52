// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "tests/datasets/fixtures.h"
#include "tests/support/jpeg.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <cstdio>
#include <png.h>
#include <webp/encode.h>

using namespace cdra;
using namespace cdra::test;
using datasets::decode_image;
using datasets::Image;

namespace {

struct PngKind {
    int colour = PNG_COLOR_TYPE_RGB, bits = 8;
    bool interlaced = false;
    std::vector<png_color> palette;
};

Bytes png(const Bytes& packed_rows, int width, int height, const PngKind& kind) {
    Bytes bytes;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &bytes,
        [](png_structp p, png_bytep data, std::size_t n) {
            auto* to = static_cast<Bytes*>(png_get_io_ptr(p));
            to->insert(to->end(), data, data + n);
        },
        nullptr);
    png_set_IHDR(png, info, png_uint_32(width), png_uint_32(height), kind.bits, kind.colour,
                 kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (!kind.palette.empty()) png_set_PLTE(png, info, kind.palette.data(), int(kind.palette.size()));
    png_write_info(png, info);
    std::vector<png_bytep> rows;
    const std::size_t stride = packed_rows.size() / std::size_t(height);
    for (std::size_t y = 0; y < std::size_t(height); ++y)
        rows.push_back(const_cast<png_bytep>(packed_rows.data() + y * stride));
    png_write_image(png, rows.data());
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return bytes;
}

int largest_difference(const Image& a, const Image& b) {
    if (a.width != b.width || a.height != b.height) return 999;
    int largest = 0;
    for (std::size_t i = 0; i < a.rgb.size(); ++i)
        largest = std::max(largest, std::abs(a.rgb[i] - b.rgb[i]));
    return largest;
}

void put_le(Bytes& bytes, std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i)
        bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

Bytes bmp24(const Image& image, bool top_first) {
    const std::size_t stride = (std::size_t(image.width) * 3 + 3) / 4 * 4;
    Bytes bytes{'B', 'M'};
    for (std::uint32_t value :
         {std::uint32_t(54 + stride * std::size_t(image.height)), 0U, 54U, 40U, std::uint32_t(image.width),
          std::uint32_t(top_first ? -image.height : image.height)})
        put_le(bytes, value, 4);
    put_le(bytes, 1, 2);
    put_le(bytes, 24, 2);
    for (int i = 0; i < 6; ++i)
        put_le(bytes, 0, 4);
    for (int line = 0; line < image.height; ++line) {
        const int y = top_first ? line : image.height - 1 - line;
        for (int x = 0; x < image.width; ++x)
            for (int c = 2; c >= 0; --c)
                bytes.push_back(image.rgb[std::size_t((y * image.width + x) * 3 + c)]);
        bytes.resize(54 + stride * std::size_t(line + 1));
    }
    return bytes;
}

} // namespace

class DecodeTest : public QObject {
    Q_OBJECT

  private slots:
    void lossless_formats_give_the_pixels_back() {
        const Image image = picture(13, 9);
        QCOMPARE(decode_image(ppm(image), "a.ppm").rgb, image.rgb);
        QCOMPARE(decode_image(bmp24(image, false), "a.bmp").rgb, image.rgb);
        QCOMPARE(decode_image(bmp24(image, true), "a.bmp").rgb, image.rgb);
        QCOMPARE(decode_image(png(image.rgb, 13, 9, {}), "a.png").rgb, image.rgb);
        PngKind interlaced;
        interlaced.interlaced = true;
        QCOMPARE(decode_image(png(image.rgb, 13, 9, interlaced), "a.png").rgb, image.rgb);

        std::uint8_t* webp = nullptr;
        const std::size_t size = WebPEncodeLosslessRGB(image.rgb.data(), 13, 9, 39, &webp);
        QVERIFY(size > 0);
        const Image read = decode_image(std::span(webp, size), "a.webp");
        WebPFree(webp);
        QCOMPARE(read.rgb, image.rgb);
        QCOMPARE(read.width, 13);
        QCOMPARE(read.height, 9);
    }

    void every_kind_of_png_becomes_rgb() {
        // 2×1: 16-bit grey keeps the high byte; alpha is dropped; packed palette and grey are spread.
        QCOMPARE(
            decode_image(png({0x12, 0xFF, 0xFE, 0x01}, 2, 1, {PNG_COLOR_TYPE_GRAY, 16, false, {}}), "g16")
                .rgb,
            (Bytes{0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE}));
        QCOMPARE(decode_image(png({1, 99, 2, 88, 3, 77}, 1, 1, {PNG_COLOR_TYPE_RGB, 16, false, {}}), "rgb16").rgb,
                 (Bytes{1, 2, 3}));
        QCOMPARE(
            decode_image(png({9, 8, 7, 0, 6, 5, 4, 255}, 2, 1, {PNG_COLOR_TYPE_RGBA, 8, false, {}}), "rgba")
                .rgb,
            (Bytes{9, 8, 7, 6, 5, 4}));
        QCOMPARE(decode_image(png({9, 0, 6, 255}, 2, 1, {PNG_COLOR_TYPE_GRAY_ALPHA, 8, false, {}}), "ga").rgb,
                 (Bytes{9, 9, 9, 6, 6, 6}));
        QCOMPARE(decode_image(png({0b01'10'0000}, 2, 1,
                                  {PNG_COLOR_TYPE_PALETTE, 2, false, {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}}),
                              "p2")
                     .rgb,
                 (Bytes{4, 5, 6, 7, 8, 9}));
        QCOMPARE(decode_image(png({0b10'000000}, 2, 1, {PNG_COLOR_TYPE_GRAY, 1, false, {}}), "g1").rgb,
                 (Bytes{255, 255, 255, 0, 0, 0}));
    }

    void jpeg_is_close_in_colour_grey_and_ink() {
        Image smooth{32, 24, {}};
        Bytes grey, inks;
        Image from_inks{32, 24, {}};
        for (int y = 0; y < 24; ++y)
            for (int x = 0; x < 32; ++x) {
                for (int v : {4 * x + 60, 6 * y + 40, 2 * (x + y) + 50})
                    smooth.rgb.push_back(std::uint8_t(v));
                grey.push_back(std::uint8_t(4 * x + 60));
                for (int v : {4 * x + 60, 6 * y + 40, 2 * (x + y) + 50, 200})
                    inks.push_back(std::uint8_t(v));
                for (int v :
                     {4 * x + 60, 6 * y + 40, 2 * (x + y) + 50}) // absence of ink times absence of black
                    from_inks.rgb.push_back(std::uint8_t(std::lround(v * 200 / 255.0)));
            }
        QVERIFY(largest_difference(decode_image(jpeg(smooth.rgb, 32, 24, 3, JCS_RGB), "a.jpg"), smooth) <= 6);
        QVERIFY(largest_difference(decode_image(jpeg(smooth.rgb, 32, 24, 3, JCS_RGB, true), "a.jpg"),
                                   smooth) <= 6);
        Image grey_image{32, 24, {}};
        for (std::uint8_t value : grey)
            grey_image.rgb.insert(grey_image.rgb.end(), 3, value);
        QVERIFY(largest_difference(decode_image(jpeg(grey, 32, 24, 1, JCS_GRAYSCALE), "a.jpg"), grey_image) <=
                2);
        QVERIFY(largest_difference(decode_image(jpeg(inks, 32, 24, 4, JCS_CMYK), "a.jpg"), from_inks) <= 6);
    }

    // As in torchvision's and PIL's loaders: what every published number was made with.
    void exif_orientation_is_not_applied() {
        const Image image = picture(16, 8);
        const Bytes plain = jpeg(image.rgb, 16, 8, 3, JCS_RGB);
        // APP1 with a big-endian TIFF of one entry: orientation (0x0112), a short, one, 6 (a quarter turn).
        const Bytes exif{0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                         0,    1,    1, 0x12, 0, 3,   0,   0,   0, 1, 0,   6,   0, 0,  0, 0, 0, 0};
        QCOMPARE(plain[1], std::uint8_t{0xD8});
        Bytes turned(plain.begin(), plain.begin() + 2);
        turned.insert(turned.end(), exif.begin(), exif.end());
        turned.insert(turned.end(), plain.begin() + 2, plain.end());
        const Image read = decode_image(turned, "turned.jpg");
        QCOMPARE(read.width, 16);
        QCOMPARE(read.height, 8);
        QCOMPARE(read.rgb, decode_image(plain, "plain.jpg").rgb);
    }

    void grey_and_plain_pnm() {
        const std::string plain = "P2 2 1 15\n# grey\n0 15";
        QCOMPARE(decode_image(Bytes(plain.begin(), plain.end()), "a.pgm").rgb,
                 (Bytes{0, 0, 0, 255, 255, 255}));
        Bytes deep{'P', '5', ' ', '1', ' ', '1', ' ', '6', '5', '5', '3', '5', '\n', 0x80, 0x00};
        QCOMPARE(decode_image(deep, "a.pgm").rgb, (Bytes{128, 128, 128}));
    }

    // Every file cut at every length is refused with its name, and nothing reads beyond its end.
    void cut_files_are_refused_by_name() {
        const Image image = picture(11, 7);
        std::uint8_t* encoded = nullptr;
        const std::size_t size = WebPEncodeLosslessRGB(image.rgb.data(), 11, 7, 33, &encoded);
        const Bytes webp(encoded, encoded + size);
        WebPFree(encoded);
        const std::vector<std::pair<std::string, Bytes>> files{
            {"bad.ppm", ppm(image)},
            {"bad.bmp", bmp24(image, false)},
            {"bad.png", png(image.rgb, 11, 7, {})},
            {"bad.jpg", jpeg(image.rgb, 11, 7, 3, JCS_RGB)},
            {"bad.webp", webp}};
        for (const auto& [name, bytes] : files) {
            QVERIFY(!decode_image(bytes, name).rgb.empty());
            // The very last bytes may be padding or an end mark that a decoder need not miss.
            for (std::size_t length = 0; length + 20 < bytes.size(); ++length) {
                const Bytes cut(bytes.begin(), bytes.begin() + std::ptrdiff_t(length));
                const std::string message = message_of<CorruptFile>([&] { (void)decode_image(cut, name); });
                QVERIFY2(message.starts_with(name),
                         (name + " cut at " + std::to_string(length) + ": " + message).c_str());
            }
        }
    }

    void sizes_are_bounded_before_memory_is_taken() {
        const auto refused = [](const std::string& header) {
            return message_of<CorruptFile>(
                [&] { (void)decode_image(Bytes(header.begin(), header.end()), "huge.ppm"); });
        };
        QVERIFY(!refused("P6 1000000000 1000000000 255\n").empty());
        QVERIFY(!refused("P6 99999999999999999999 1 255\n").empty());
        QVERIFY(!refused("P6 0 5 255\n").empty());
        Bytes lying = png(picture(4, 4).rgb, 4, 4, {});
        lying[16] = 0x7F; // the width, behind a check sum that is now wrong
        QVERIFY(!message_of<CorruptFile>([&] { (void)decode_image(lying, "lying.png"); }).empty());
        Bytes tall = bmp24(picture(4, 4), false);
        tall[25] = 0x7F;
        QVERIFY(!message_of<CorruptFile>([&] { (void)decode_image(tall, "tall.bmp"); }).empty());
    }

    void missing_and_foreign_files() {
        TemporaryFolder folder;
        QVERIFY(message_of<InputError>([&] {
                    (void)datasets::read_image(folder / "none.png");
                }).find("none.png") != std::string::npos);
        write_text(folder / "notes.png", "these are words");
        QVERIFY(message_of<CorruptFile>([&] {
                    (void)datasets::read_image(folder / "notes.png");
                }).find("notes.png") != std::string::npos);
        write_bytes(folder / "empty.png", {});
        QVERIFY(message_of<CorruptFile>([&] {
                    (void)datasets::read_image(folder / "empty.png");
                }).find("empty") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(DecodeTest)
#include "decode_test.moc"
