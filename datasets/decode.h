// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to datasets: one decoder a format. Each is given bytes whose signature it knows, checks sizes
// before it allocates, and throws CorruptFile with `name` and what is wrong.
#pragma once

#include "core/base/error.h"
#include "datasets/image.h"

namespace cdra::datasets {

using Bytes = std::span<const std::uint8_t>;

[[noreturn]] void corrupt(const std::string& name, const std::string& what);
// Throws CorruptFile for a side below 1 or above 65,500 and for more than 512 MiB of pixels.
void check_size(std::int64_t width, std::int64_t height, const std::string& name);
// An image of that size, its pixels zero, after check_size.
Image make_image(std::int64_t width, std::int64_t height, const std::string& name);

// The whole file, at most 1 GiB. Throws InputError or CorruptFile.
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path);

Image decode_jpeg(Bytes bytes, const std::string& name);
Image decode_png(Bytes bytes, const std::string& name);
LabelImage decode_label_png(Bytes bytes, const std::string& name);
Image decode_bmp(Bytes bytes, const std::string& name);
Image decode_pnm(Bytes bytes, const std::string& name); // P2, P3, P5, P6
Image decode_webp(Bytes bytes, const std::string& name);

} // namespace cdra::datasets
