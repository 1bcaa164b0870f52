// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace cdra::datasets {

struct Image {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb; // height × width × 3, row-major
};

// One class index a pixel; `void_label` where there is none (object borders, ADE20K's "other").
inline constexpr std::uint8_t void_label = 255;
struct LabelImage {
    int width = 0, height = 0;
    std::vector<std::uint8_t> classes; // height × width, row-major
};
// The stored numbers of a palette or grey PNG of at most 8 bits, raw: no palette, no gamma. Throws CorruptFile naming
// the file, also for a PNG of colours.
LabelImage read_label_png(const std::filesystem::path& path);
// Each target pixel takes the source pixel under its centre: no class is invented.
LabelImage resize_nearest(const LabelImage& labels, int width, int height);

// JPEG, PNG, BMP, PPM, PGM, WebP by content, to RGB. Throws CorruptFile naming the file (and what is wrong) or
// InputError if it is missing. What published loaders (torchvision's ImageFolder, PIL's convert("RGB")) do is done: the
// EXIF orientation is not applied, transparency is dropped, inks are read as Adobe stores them (inverted), 16-bit
// colours keep their high byte. 16-bit grey keeps it too, where PIL clips at 255 and so makes such an image white.
// Sizes are bounded (65,500 a side, 512 MiB of pixels) before anything is allocated.
Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name);
Image read_image(const std::filesystem::path& path);

// Bicubic (a = -0.5) with antialiasing, in 8-bit fixed point, as PIL's Image.resize(BICUBIC) does it: horizontally
// first, then vertically. So do all versions of Pillow up to 12, those of every published result; Pillow 13 turns the
// order round where an image gets wider and lower, and then differs at hard edges by up to some 15 levels.
// Throws InputError for a side below 1 or a result above 512 MiB.
Image resize_bicubic(const Image& image, int width, int height);
Image crop(const Image& image, int left, int top, int width, int height);
Image flip_horizontally(const Image& image);

struct Preprocessing {
    int image_size = 224;
    std::array<float, 3> mean{0.5F, 0.5F, 0.5F}, std{0.5F, 0.5F, 0.5F};
    std::string resize = "squash";  // or "crop"
    std::string augment = "none";   // "none", "flip", "crop-flip"; only in training
};
// [3, size, size] float32 into `out` (3·size² values), normalised. `augmentation_seed` is used only if `training`
// and augment is not "none": the same seed gives the same crop and flip.
void preprocess(const Image& image, const Preprocessing& how, bool training, std::uint64_t augmentation_seed,
                std::span<float> out);
// The label image under the same crop and flip: size² class indices into `out`, by nearest neighbour.
void preprocess_labels(const LabelImage& labels, const Preprocessing& how, bool training,
                       std::uint64_t augmentation_seed, std::span<std::uint8_t> out);

} // namespace cdra::datasets
