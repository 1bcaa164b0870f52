// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/decode.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace cdra::datasets {

namespace {

constexpr std::int64_t largest_side = 65500;
constexpr std::int64_t most_bytes = std::int64_t{512} << 20;
constexpr std::uintmax_t largest_file = std::uintmax_t{1} << 30;

bool begins(Bytes bytes, std::string_view signature, std::size_t at = 0) {
    return bytes.size() >= at + signature.size() &&
           std::memcmp(bytes.data() + at, signature.data(), signature.size()) == 0;
}

} // namespace

void corrupt(const std::string& name, const std::string& what) {
    throw CorruptFile(name + ": " + what);
}

void check_size(std::int64_t width, std::int64_t height, const std::string& name) {
    if (width < 1 || height < 1 || width > largest_side || height > largest_side)
        corrupt(name, "the image claims to be " + std::to_string(width) + "×" + std::to_string(height) +
                          " pixels; a side has 1 to 65,500");
    if (width * height * 3 > most_bytes)
        corrupt(name, "the image claims to be " + std::to_string(width) + "×" + std::to_string(height) +
                          " pixels, more than the 512 MiB an image may take; shrink it first");
}

Image make_image(std::int64_t width, std::int64_t height, const std::string& name) {
    check_size(width, height, name);
    Image image;
    image.width = static_cast<int>(width);
    image.height = static_cast<int>(height);
    image.rgb.resize(static_cast<std::size_t>(width * height * 3));
    return image;
}

Image decode_image(Bytes bytes, const std::string& name) {
    if (bytes.empty()) corrupt(name, "the file is empty; expected an image");
    if (begins(bytes, "\xFF\xD8\xFF")) return decode_jpeg(bytes, name);
    if (begins(bytes, "\x89PNG\r\n\x1A\n")) return decode_png(bytes, name);
    if (begins(bytes, "RIFF") && begins(bytes, "WEBP", 8)) return decode_webp(bytes, name);
    if (begins(bytes, "BM")) return decode_bmp(bytes, name);
    for (std::string_view magic : {"P2", "P3", "P5", "P6"})
        if (begins(bytes, magic)) return decode_pnm(bytes, name);
    corrupt(name, "not an image this program reads (JPEG, PNG, BMP, PPM, PGM, WebP), by its first bytes");
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) throw InputError(path.string() + ": the image can't be read: " + error.message());
    if (size > largest_file) corrupt(path.string(), "an image file of more than 1 GiB is refused");
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
    std::ifstream file(path, std::ios::binary);
    if (!file ||
        !file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
        throw InputError(path.string() + ": the image can't be read: " + std::strerror(errno));
    return bytes;
}

Image read_image(const std::filesystem::path& path) {
    return decode_image(read_bytes(path), path.string());
}

} // namespace cdra::datasets
