// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/decode.h"

#include <array>
#include <cstdlib>

namespace cdra::datasets {

namespace {

std::uint32_t u16(Bytes b, std::size_t at) {
    return b[at] | std::uint32_t{b[at + 1]} << 8;
}
std::uint32_t u32(Bytes b, std::size_t at) {
    return u16(b, at) | u16(b, at + 2) << 16;
}

struct Header {
    std::size_t pixels = 0; // offset
    std::size_t info = 0;   // size of the information header
    std::int64_t width = 0, height = 0;
    unsigned bits = 0, compression = 0, colours = 0;
};

constexpr std::size_t file_header = 14;

Header read_header(Bytes bytes, const std::string& name) {
    if (bytes.size() < file_header + 40) corrupt(name, "the BMP is cut short in its header");
    Header header;
    header.pixels = u32(bytes, 10);
    header.info = u32(bytes, file_header);
    if (header.info < 40 || header.info > 124 || file_header + header.info > bytes.size())
        corrupt(name, "a BMP with a header of " + std::to_string(header.info) + " bytes; 40 to 124 are read");
    header.width = static_cast<std::int32_t>(u32(bytes, file_header + 4));
    header.height = static_cast<std::int32_t>(u32(bytes, file_header + 8)); // negative: top row first
    header.bits = u16(bytes, file_header + 14);
    header.compression = u32(bytes, file_header + 16);
    header.colours = u32(bytes, file_header + 32);
    return header;
}

} // namespace

Image decode_bmp(Bytes bytes, const std::string& name) {
    const Header header = read_header(bytes, name);
    const unsigned bits = header.bits;
    if (bits != 1 && bits != 4 && bits != 8 && bits != 24 && bits != 32)
        corrupt(name, "a BMP of " + std::to_string(bits) + " bits a pixel; 1, 4, 8, 24 and 32 are read");
    const std::size_t masks_at = file_header + 40;
    if (header.compression == 3 && bits == 32) {
        if (masks_at + 12 > bytes.size() || u32(bytes, masks_at) != 0xFF0000 ||
            u32(bytes, masks_at + 4) != 0xFF00 || u32(bytes, masks_at + 8) != 0xFF)
            corrupt(name, "a BMP with unusual colour masks; only 8-bit blue, green, red order is read");
    } else if (header.compression != 0) {
        corrupt(name, "a compressed BMP (kind " + std::to_string(header.compression) +
                          "); save it uncompressed or as PNG");
    }
    const bool top_first = header.height < 0;
    const std::int64_t height = std::abs(header.height);
    const std::uint64_t stride =
        (static_cast<std::uint64_t>(header.width > 0 ? header.width : 0) * bits + 31) / 32 * 4;
    if (header.pixels > bytes.size() ||
        stride * static_cast<std::uint64_t>(height) > bytes.size() - header.pixels)
        corrupt(name, "the BMP is cut short: its pixels lie beyond the end of the file");
    Image image = make_image(header.width, height, name);

    std::array<std::array<std::uint8_t, 3>, 256> palette{};
    if (bits <= 8) {
        const std::size_t count = header.colours ? header.colours : std::size_t{1} << bits;
        const std::size_t at = file_header + header.info;
        if (count > 256 || at + 4 * count > bytes.size())
            corrupt(name, "the BMP's palette is cut short or too long");
        for (std::size_t i = 0; i < count; ++i)
            palette[i] = {bytes[at + 4 * i + 2], bytes[at + 4 * i + 1], bytes[at + 4 * i]};
    }
    for (std::int64_t y = 0; y < height; ++y) {
        const Bytes row = bytes.subspan(
            header.pixels + stride * static_cast<std::uint64_t>(top_first ? y : height - 1 - y), stride);
        std::uint8_t* out = image.rgb.data() + static_cast<std::size_t>(y * header.width * 3);
        for (std::size_t x = 0; x < static_cast<std::size_t>(header.width); ++x, out += 3) {
            if (bits <= 8) {
                const std::size_t shift = 8 - bits - x * bits % 8;
                const auto& colour = palette[row[x * bits / 8] >> shift & ((1U << bits) - 1)];
                out[0] = colour[0], out[1] = colour[1], out[2] = colour[2];
            } else {
                const std::size_t at = x * bits / 8;
                out[0] = row[at + 2], out[1] = row[at + 1], out[2] = row[at];
            }
        }
    }
    return image;
}

} // namespace cdra::datasets
