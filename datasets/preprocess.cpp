// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/random.h"
#include "datasets/image.h"

#include <cmath>

namespace cdra::datasets {

namespace {

// 256 for 224, the published loaders' margin, and the same share at other sizes.
int with_margin(int size) {
    return static_cast<int>(std::lround(size * 256.0 / 224.0));
}

Image resize_short_side(const Image& image, int size) {
    const auto other = [&](int longer, int shorter) {
        return static_cast<int>(std::int64_t{size} * longer / shorter);
    };
    return image.width <= image.height ? resize_bicubic(image, size, other(image.height, image.width))
                                       : resize_bicubic(image, other(image.width, image.height), size);
}

// Half a pixel rounds to the even one, as in torchvision's CenterCrop.
int centred(int outer, int inner) {
    return static_cast<int>(std::nearbyint((outer - inner) / 2.0));
}

Image arrange(const Image& image, const Preprocessing& how, bool training, std::uint64_t seed) {
    const int size = how.image_size;
    const bool squash = how.resize == "squash";
    if (!squash && how.resize != "crop")
        throw InputError("resize '" + how.resize + "' is not known; expected squash or crop");
    if (how.augment != "none" && how.augment != "flip" && how.augment != "crop-flip")
        throw InputError("augment '" + how.augment + "' is not known; expected none, flip or crop-flip");

    const bool random_crop = training && how.augment == "crop-flip";
    if (squash && !random_crop) return resize_bicubic(image, size, size);
    const int margin = with_margin(size);
    const Image larger = squash ? resize_bicubic(image, margin, margin) : resize_short_side(image, margin);
    int left = centred(larger.width, size), top = centred(larger.height, size);
    if (random_crop) {
        left = static_cast<int>(mix_seed(seed, "left") % static_cast<std::uint64_t>(larger.width - size + 1));
        top = static_cast<int>(mix_seed(seed, "top") % static_cast<std::uint64_t>(larger.height - size + 1));
    }
    return crop(larger, left, top, size, size);
}

} // namespace

void preprocess(const Image& image, const Preprocessing& how, bool training, std::uint64_t augmentation_seed,
                std::span<float> out) {
    if (how.image_size < 1)
        throw InputError("image size " + std::to_string(how.image_size) + " is not possible");
    const std::size_t area =
        static_cast<std::size_t>(how.image_size) * static_cast<std::size_t>(how.image_size);
    if (out.size() != 3 * area)
        throw InputError("preprocess: the output holds " + std::to_string(out.size()) + " values, expected " +
                         std::to_string(3 * area));
    Image ready = arrange(image, how, training, augmentation_seed);
    if (training && how.augment != "none" && (mix_seed(augmentation_seed, "flip") & 1))
        ready = flip_horizontally(ready);
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < area; ++i)
            out[c * area + i] =
                (static_cast<float>(ready.rgb[3 * i + c]) / 255.0F - how.mean[c]) / how.std[c];
}

} // namespace cdra::datasets
