// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/random.h"
#include "datasets/image.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace cdra::datasets {

namespace {

// 256 for 224, the published loaders' margin, and the same share at other sizes.
int with_margin(int size) {
    return static_cast<int>(std::lround(size * 256.0 / 224.0));
}

// Half a pixel rounds to the even one, as in torchvision's CenterCrop.
int centred(int outer, int inner) {
    return static_cast<int>(std::nearbyint((outer - inner) / 2.0));
}

// How an image and its labels come to size × size pixels: resized to width × height, cut at left, top.
struct Arrangement {
    int width = 0, height = 0, left = 0, top = 0;
    bool flip = false;
};

Arrangement arrange(int width, int height, const Preprocessing& how, bool training, std::uint64_t seed) {
    const int size = how.image_size;
    const bool squash = how.resize == "squash";
    if (size < 1) throw InputError("image size " + std::to_string(size) + " is not possible");
    if (!squash && how.resize != "crop")
        throw InputError("resize '" + how.resize + "' is not known; expected squash or crop");
    if (how.augment != "none" && how.augment != "flip" && how.augment != "crop-flip")
        throw InputError("augment '" + how.augment + "' is not known; expected none, flip or crop-flip");

    Arrangement result;
    result.flip = training && how.augment != "none" && (mix_seed(seed, "flip") & 1);
    const bool random_crop = training && how.augment == "crop-flip";
    result.width = result.height = squash && !random_crop ? size : with_margin(size);
    if (!squash) { // the short side takes the margin's length
        const auto longer = [&](int length, int shorter) {
            return static_cast<int>(std::min(std::int64_t{result.width} * length / shorter, std::int64_t{1} << 30));
        };
        if (width <= height) result.height = longer(height, width);
        else result.width = longer(width, height);
    }
    result.left = centred(result.width, size);
    result.top = centred(result.height, size);
    if (random_crop) {
        result.left = static_cast<int>(mix_seed(seed, "left") % static_cast<std::uint64_t>(result.width - size + 1));
        result.top = static_cast<int>(mix_seed(seed, "top") % static_cast<std::uint64_t>(result.height - size + 1));
    }
    return result;
}

void check_area(const char* what, std::size_t holds, std::size_t expected) {
    if (holds != expected)
        throw InputError(std::string(what) + ": the output holds " + std::to_string(holds) + " values, expected " +
                         std::to_string(expected));
}

} // namespace

void preprocess(const Image& image, const Preprocessing& how, bool training, std::uint64_t augmentation_seed,
                std::span<float> out) {
    const Arrangement to = arrange(image.width, image.height, how, training, augmentation_seed);
    const std::size_t area = static_cast<std::size_t>(how.image_size) * static_cast<std::size_t>(how.image_size);
    check_area("preprocess", out.size(), 3 * area);
    Image ready = resize_bicubic(image, to.width, to.height);
    if (to.width != how.image_size || to.height != how.image_size)
        ready = crop(ready, to.left, to.top, how.image_size, how.image_size);
    if (to.flip) ready = flip_horizontally(ready);
    // A byte has 256 values: two divisions for each of those instead of for each pixel.
    std::array<std::array<float, 256>, 3> normal;
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t value = 0; value < 256; ++value)
            normal[c][value] = (static_cast<float>(value) / 255.0F - how.mean[c]) / how.std[c];
    for (std::size_t i = 0; i < area; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            out[c * area + i] = normal[c][ready.rgb[3 * i + c]];
}

void preprocess_labels(const LabelImage& labels, const Preprocessing& how, bool training,
                       std::uint64_t augmentation_seed, std::span<std::uint8_t> out) {
    const Arrangement to = arrange(labels.width, labels.height, how, training, augmentation_seed);
    const auto size = static_cast<std::size_t>(how.image_size);
    check_area("preprocess_labels", out.size(), size * size);
    const LabelImage resized = resize_nearest(labels, to.width, to.height);
    for (std::size_t y = 0; y < size; ++y) {
        const std::uint8_t* from = resized.classes.data() +
                                   (y + static_cast<std::size_t>(to.top)) * static_cast<std::size_t>(to.width) +
                                   static_cast<std::size_t>(to.left);
        std::uint8_t* row = out.data() + y * size;
        if (to.flip) std::reverse_copy(from, from + size, row);
        else std::copy_n(from, size, row);
    }
}

} // namespace cdra::datasets
