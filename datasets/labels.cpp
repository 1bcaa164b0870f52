// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Label images: the numbers that a PNG stores, not the colours its palette shows them in.
#include "core/base/error.h"
#include "datasets/dataset.h"
#include "datasets/decode.h"

namespace cdra::datasets {

LabelImage read_label_png(const std::filesystem::path& path) {
    return decode_label_png(read_bytes(path), path.string());
}

void check_same_size(const Sample& sample, const Image& image, const LabelImage& labels) {
    if (image.width != labels.width || image.height != labels.height)
        throw CorruptFile(sample.name + ": its label image is " + std::to_string(labels.width) + "×" +
                          std::to_string(labels.height) + " pixels, the image " + std::to_string(image.width) + "×" +
                          std::to_string(image.height));
}

LabelImage resize_nearest(const LabelImage& labels, int width, int height) {
    constexpr std::int64_t most_pixels = std::int64_t{512} << 20;
    if (width < 1 || height < 1 || std::int64_t{width} * height > most_pixels)
        throw InputError("a label image can't be resized to " + std::to_string(width) + "×" + std::to_string(height));
    if (width == labels.width && height == labels.height) return labels;
    const auto columns = static_cast<std::size_t>(width);
    LabelImage result{width, height, std::vector<std::uint8_t>(columns * static_cast<std::size_t>(height))};
    // The source pixel that holds (i + ½)·in/out, in integers.
    const auto source = [](std::size_t i, int in, int out) {
        return (2 * i + 1) * static_cast<std::size_t>(in) / (2 * static_cast<std::size_t>(out));
    };
    std::vector<std::size_t> from(columns);
    for (std::size_t x = 0; x < columns; ++x)
        from[x] = source(x, labels.width, width);
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
        const std::uint8_t* row =
            labels.classes.data() + source(y, labels.height, height) * static_cast<std::size_t>(labels.width);
        for (std::size_t x = 0; x < columns; ++x)
            result.classes[y * columns + x] = row[from[x]];
    }
    return result;
}

} // namespace cdra::datasets
