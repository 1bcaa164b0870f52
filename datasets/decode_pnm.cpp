// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/decode.h"

namespace cdra::datasets {

namespace {

class Cursor {
  public:
    Cursor(Bytes bytes, const std::string& name) : bytes_(bytes), name_(name) {}

    // The next decimal number after white space and comments, at most `largest`.
    int number(int largest, const char* what) {
        skip_blanks();
        std::int64_t value = -1;
        for (; at_ < bytes_.size() && bytes_[at_] >= '0' && bytes_[at_] <= '9'; ++at_) {
            value = (value < 0 ? 0 : value) * 10 + (bytes_[at_] - '0');
            if (value > largest)
                corrupt(name_, std::string("its ") + what + " is above " + std::to_string(largest));
        }
        if (value < 0)
            corrupt(name_, std::string("its ") + what + " is missing: expected a number at byte " +
                               std::to_string(at_));
        return static_cast<int>(value);
    }
    // The one white-space character that ends a binary file's header, then the rest.
    Bytes rest() {
        if (at_ >= bytes_.size() || !blank(bytes_[at_])) corrupt(name_, "its header does not end");
        return bytes_.subspan(at_ + 1);
    }

  private:
    static bool blank(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
    void skip_blanks() {
        for (; at_ < bytes_.size(); ++at_) {
            if (bytes_[at_] == '#')
                while (at_ + 1 < bytes_.size() && bytes_[at_] != '\n')
                    ++at_;
            else if (!blank(bytes_[at_]))
                return;
        }
    }

    Bytes bytes_;
    std::size_t at_ = 2;
    const std::string& name_;
};

} // namespace

Image decode_pnm(Bytes bytes, const std::string& name) {
    const bool plain = bytes[1] < '4'; // P2, P3: numbers in words
    const bool colour = bytes[1] == '3' || bytes[1] == '6';
    Cursor cursor(bytes, name);
    const int width = cursor.number(1 << 30, "width");
    const int height = cursor.number(1 << 30, "height");
    const int largest = cursor.number(65535, "largest value");
    if (largest < 1) corrupt(name, "its largest value is 0");

    const std::size_t channels = colour ? 3 : 1;
    const std::size_t value_size = largest > 255 ? 2 : 1;
    Bytes pixels;
    if (!plain) {
        pixels = cursor.rest();
        const std::uint64_t want = std::uint64_t(width) * std::uint64_t(height) * channels * value_size;
        if (pixels.size() < want)
            corrupt(name, "cut short: " + std::to_string(pixels.size()) + " bytes of pixels, expected " +
                              std::to_string(want));
    } else if (bytes.size() / 2 < std::uint64_t(width) * std::uint64_t(height) * channels) {
        corrupt(name, "cut short: too few numbers for " + std::to_string(width) + "×" +
                          std::to_string(height) + " pixels");
    }
    Image image = make_image(width, height, name);
    const std::size_t values = image.rgb.size() / 3 * channels;
    for (std::size_t i = 0; i < values; ++i) {
        int value = 0;
        if (plain)
            value = cursor.number(largest, "pixel");
        else if (value_size == 2)
            value = pixels[2 * i] << 8 | pixels[2 * i + 1];
        else
            value = pixels[i];
        if (value > largest)
            corrupt(name, "a pixel of " + std::to_string(value) + " is above its largest value " +
                              std::to_string(largest));
        const auto byte = static_cast<std::uint8_t>((value * 255 + largest / 2) / largest);
        if (colour)
            image.rgb[i] = byte;
        else
            image.rgb[3 * i] = image.rgb[3 * i + 1] = image.rgb[3 * i + 2] = byte;
    }
    return image;
}

} // namespace cdra::datasets
