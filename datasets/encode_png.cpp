// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/encode_png.h"

#include <string_view>
#include <zlib.h>

namespace cdra::datasets {

namespace {

using Out = std::vector<std::uint8_t>;

void put32(Out& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void put_chunk(Out& out, std::string_view type, std::span<const std::uint8_t> data) {
    put32(out, static_cast<std::uint32_t>(data.size()));
    const std::size_t start = out.size();
    out.insert(out.end(), type.begin(), type.end());
    out.insert(out.end(), data.begin(), data.end());
    put32(out, static_cast<std::uint32_t>(crc32(0, out.data() + start, static_cast<uInt>(out.size() - start))));
}

// Deflate's fixed codes (RFC 1951, 3.2.6), with no matches but those of distance 1, that is runs of one byte: after
// the Up filter that is most of what a drawn image has to give.
class RunDeflate {
  public:
    explicit RunDeflate(Out& out) : out_(out) { bits(0b011, 3); } // the last block, fixed codes

    void literal(unsigned value) {
        if (value < 144) code(0x30 + value, 8);
        else code(0x190 + value - 144, 9);
    }
    // `length` 3 to 258.
    void run(unsigned length) {
        static constexpr unsigned bases[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                             31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
        unsigned at = 28;
        while (bases[at] > length)
            --at;
        const unsigned symbol = 257 + at;
        if (symbol < 280) code(symbol - 256, 7);
        else code(0xC0 + symbol - 280, 8);
        const unsigned extra = at < 8 || at == 28 ? 0 : (at - 4) / 4;
        bits(length - bases[at], extra);
        code(0, 5); // distance 1
    }
    void end() {
        code(0, 7);
        if (filled_ > 0) out_.push_back(static_cast<std::uint8_t>(held_));
    }

  private:
    void bits(unsigned value, unsigned count) { // lowest bit first
        held_ |= value << filled_;
        filled_ += count;
        for (; filled_ >= 8; filled_ -= 8, held_ >>= 8)
            out_.push_back(static_cast<std::uint8_t>(held_));
    }
    void code(unsigned value, unsigned count) { // Huffman codes come highest bit first
        for (unsigned i = count; i > 0; --i)
            bits(value >> (i - 1) & 1, 1);
    }
    Out& out_;
    std::uint32_t held_ = 0;
    unsigned filled_ = 0;
};

Out compressed(std::span<const std::uint8_t> data) {
    Out out{0x78, 0x01};
    RunDeflate deflate(out);
    for (std::size_t at = 0; at < data.size();) {
        deflate.literal(data[at]);
        std::size_t end = at + 1;
        while (end < data.size() && data[end] == data[at] && end - at <= 258)
            ++end;
        const std::size_t repeats = end - at - 1;
        if (repeats >= 3) deflate.run(static_cast<unsigned>(repeats));
        at += repeats >= 3 ? repeats + 1 : 1;
    }
    deflate.end();
    put32(out, static_cast<std::uint32_t>(adler32(1, data.data(), static_cast<uInt>(data.size()))));
    return out;
}

} // namespace

std::vector<std::uint8_t> encode_png(int width, int height, std::span<const std::uint8_t> pixels,
                                     std::span<const std::uint8_t> palette) {
    const auto columns = static_cast<std::size_t>(width), rows = static_cast<std::size_t>(height);
    Out filtered;
    filtered.reserve(rows * (columns + 1));
    for (std::size_t y = 0; y < rows; ++y) {
        filtered.push_back(y == 0 ? 1 : 2); // Sub, then Up
        for (std::size_t x = 0; x < columns; ++x) {
            const unsigned before = y > 0 ? pixels[(y - 1) * columns + x] : x > 0 ? pixels[x - 1] : 0U;
            filtered.push_back(static_cast<std::uint8_t>(pixels[y * columns + x] - before));
        }
    }
    Out out{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    Out header;
    put32(header, static_cast<std::uint32_t>(width));
    put32(header, static_cast<std::uint32_t>(height));
    header.insert(header.end(), {8, static_cast<std::uint8_t>(palette.empty() ? 0 : 3), 0, 0, 0});
    put_chunk(out, "IHDR", header);
    if (!palette.empty()) put_chunk(out, "PLTE", palette);
    put_chunk(out, "IDAT", compressed(filtered));
    put_chunk(out, "IEND", {});
    return out;
}

} // namespace cdra::datasets
