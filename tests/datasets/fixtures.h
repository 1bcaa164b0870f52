// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Small datasets and images written by the tests themselves.
#pragma once

#include "datasets/dataset.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>
#include <zlib.h>

namespace cdra::test {

using Bytes = std::vector<std::uint8_t>;

inline void write_bytes(const std::filesystem::path& path, const Bytes& bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
    write_bytes(path, Bytes(text.begin(), text.end()));
}

inline void write_gzip(const std::filesystem::path& path, const Bytes& bytes) {
    std::filesystem::create_directories(path.parent_path());
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
}

// A picture with structure in both directions and in every channel.
inline datasets::Image picture(int width, int height, unsigned salt = 0) {
    datasets::Image image{width, height, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (unsigned c = 0; c < 3; ++c)
                image.rgb.push_back(static_cast<std::uint8_t>(
                    (7U * unsigned(x) + 13U * unsigned(y) + 50U * c + 31U * salt + unsigned(x * y) / 3U) &
                    255U));
    return image;
}

inline Bytes ppm(const datasets::Image& image) {
    const std::string head =
        "P6\n# a comment\n" + std::to_string(image.width) + " " + std::to_string(image.height) + "\n255\n";
    Bytes bytes(head.begin(), head.end());
    bytes.insert(bytes.end(), image.rgb.begin(), image.rgb.end());
    return bytes;
}

inline void put_be32(Bytes& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

// `count` images of side×side, pixel k of image i = (i·37 + k·5) mod 256.
inline Bytes idx_images(std::uint32_t count, std::uint32_t side) {
    Bytes bytes;
    for (std::uint32_t value : {2051U, count, side, side})
        put_be32(bytes, value);
    for (std::uint32_t i = 0; i < count; ++i)
        for (std::uint32_t k = 0; k < side * side; ++k)
            bytes.push_back(static_cast<std::uint8_t>(i * 37 + k * 5));
    return bytes;
}

// Label i = i·7 mod 10.
inline Bytes idx_labels(std::uint32_t count) {
    Bytes bytes;
    put_be32(bytes, 2049);
    put_be32(bytes, count);
    for (std::uint32_t i = 0; i < count; ++i)
        bytes.push_back(static_cast<std::uint8_t>(i * 7 % 10));
    return bytes;
}

// Gzipped training files, plain test files: both kinds are met.
inline void write_idx(const std::filesystem::path& root, std::uint32_t train, std::uint32_t test,
                      std::uint32_t side) {
    write_gzip(root / "train-images-idx3-ubyte.gz", idx_images(train, side));
    write_gzip(root / "train-labels-idx1-ubyte.gz", idx_labels(train));
    write_bytes(root / "t10k-images-idx3-ubyte", idx_images(test, side));
    write_bytes(root / "t10k-labels-idx1-ubyte", idx_labels(test));
}

// The message of the exception that `call` throws; empty if it throws none of that type.
template <typename Exception, typename Call>
std::string message_of(Call&& call) {
    try {
        call();
    } catch (const Exception& error) {
        return error.what();
    }
    return {};
}

} // namespace cdra::test
