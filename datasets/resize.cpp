// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "datasets/image.h"

#include <algorithm>
#include <cmath>

namespace cdra::datasets {

namespace {

// Keys' cubic kernel with a = -0.5.
double cubic(double x) {
    constexpr double a = -0.5;
    x = std::fabs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

// Sums of 8-bit pixels times weights of this precision stay within 32 bits, overshoot included.
constexpr int precision = 22;

// For every output position the inputs it is made of: `count` from `first`, with weights that sum to one.
struct Taps {
    int first = 0, count = 0;
};
struct Weights {
    std::vector<Taps> taps;
    std::vector<std::int32_t> values; // [out, widest]
    std::size_t widest = 0;
};

Weights make_weights(int in, int out) {
    const double scale = double(in) / out;
    const double stretch = std::max(scale, 1.0); // shrinking widens the kernel: antialiasing
    const double support = 2.0 * stretch;
    Weights result;
    result.widest = static_cast<std::size_t>(std::ceil(support)) * 2 + 1;
    result.taps.resize(static_cast<std::size_t>(out));
    result.values.resize(result.taps.size() * result.widest);
    std::vector<double> row(result.widest);
    for (std::size_t i = 0; i < result.taps.size(); ++i) {
        const double centre = (double(i) + 0.5) * scale;
        const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
        const int end = std::min(static_cast<int>(centre + support + 0.5), in);
        double sum = 0;
        for (int j = first; j < end; ++j)
            sum += row[static_cast<std::size_t>(j - first)] = cubic((j - centre + 0.5) * (1.0 / stretch));
        for (int j = first; j < end; ++j) {
            const double exact = row[static_cast<std::size_t>(j - first)] / sum * (1 << precision);
            result.values[i * result.widest + static_cast<std::size_t>(j - first)] =
                static_cast<std::int32_t>(exact + (exact < 0 ? -0.5 : 0.5));
        }
        result.taps[i] = {first, end - first};
    }
    return result;
}

std::uint8_t rounded(std::int32_t sum) {
    return static_cast<std::uint8_t>(std::clamp(sum >> precision, 0, 255));
}

// `in` holds rows [first_row, first_row + rows) × in_width pixels; the result rows × taps.
std::vector<std::uint8_t> across(const std::uint8_t* in, int rows, int in_width, const Weights& weights) {
    const std::size_t width = weights.taps.size();
    std::vector<std::uint8_t> result(static_cast<std::size_t>(rows) * width * 3);
    for (std::size_t y = 0; y < static_cast<std::size_t>(rows); ++y) {
        for (std::size_t x = 0; x < width; ++x) {
            const std::uint8_t* pixel = in + (y * static_cast<std::size_t>(in_width) +
                                              static_cast<std::size_t>(weights.taps[x].first)) *
                                                 3;
            const std::int32_t* weight = weights.values.data() + x * weights.widest;
            std::int32_t r = 1 << (precision - 1), g = r, b = r;
            for (int k = 0; k < weights.taps[x].count; ++k, pixel += 3, ++weight) {
                r += pixel[0] * *weight;
                g += pixel[1] * *weight;
                b += pixel[2] * *weight;
            }
            std::uint8_t* out = result.data() + (y * width + x) * 3;
            out[0] = rounded(r), out[1] = rounded(g), out[2] = rounded(b);
        }
    }
    return result;
}

// `in` starts at input row `first_row`.
std::vector<std::uint8_t> down(const std::vector<std::uint8_t>& in, int first_row, std::size_t row_bytes,
                               const Weights& weights) {
    std::vector<std::uint8_t> result(weights.taps.size() * row_bytes);
    std::vector<std::int32_t> sums(row_bytes);
    for (std::size_t y = 0; y < weights.taps.size(); ++y) {
        std::fill(sums.begin(), sums.end(), 1 << (precision - 1));
        for (int k = 0; k < weights.taps[y].count; ++k) {
            const std::uint8_t* row =
                in.data() + static_cast<std::size_t>(weights.taps[y].first - first_row + k) * row_bytes;
            const std::int32_t weight = weights.values[y * weights.widest + static_cast<std::size_t>(k)];
            for (std::size_t x = 0; x < row_bytes; ++x)
                sums[x] += row[x] * weight;
        }
        std::transform(sums.begin(), sums.end(), result.begin() + static_cast<std::ptrdiff_t>(y * row_bytes),
                       rounded);
    }
    return result;
}

} // namespace

Image resize_bicubic(const Image& image, int width, int height) {
    if (width < 1 || height < 1)
        throw InputError("an image can't be resized to " + std::to_string(width) + "×" +
                         std::to_string(height));
    if (std::int64_t{3} * width * std::max(height, image.height) > (std::int64_t{512} << 20))
        throw InputError("an image of " + std::to_string(image.width) + "×" + std::to_string(image.height) +
                         " pixels would become " + std::to_string(width) + "×" + std::to_string(height) +
                         ", more than 512 MiB; crop it first");
    Image result{width, height, {}};
    // The horizontal pass comes first and only over the rows that the vertical one reads; a pass that would
    // change nothing is left out, since rounding twice is not the identity.
    Weights vertical;
    int first = 0, end = image.height;
    if (height != image.height) {
        vertical = make_weights(image.height, height);
        first = vertical.taps.front().first;
        end = vertical.taps.back().first + vertical.taps.back().count;
    }
    const std::size_t in_row = static_cast<std::size_t>(image.width) * 3;
    const std::uint8_t* start = image.rgb.data() + static_cast<std::size_t>(first) * in_row;
    if (width != image.width)
        result.rgb = across(start, end - first, image.width, make_weights(image.width, width));
    else
        result.rgb.assign(start, start + static_cast<std::size_t>(end - first) * in_row);
    if (height != image.height)
        result.rgb = down(result.rgb, first, static_cast<std::size_t>(width) * 3, vertical);
    return result;
}

Image crop(const Image& image, int left, int top, int width, int height) {
    if (left < 0 || top < 0 || width < 1 || height < 1 || width > image.width - left ||
        height > image.height - top)
        throw InputError("a crop of " + std::to_string(width) + "×" + std::to_string(height) + " at " +
                         std::to_string(left) + ", " + std::to_string(top) + " lies outside an image of " +
                         std::to_string(image.width) + "×" + std::to_string(image.height));
    Image result{
        width, height,
        std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3)};
    const std::size_t row = static_cast<std::size_t>(width) * 3;
    for (int y = 0; y < height; ++y) {
        const std::size_t from = (static_cast<std::size_t>(top + y) * static_cast<std::size_t>(image.width) +
                                  static_cast<std::size_t>(left)) *
                                 3;
        std::copy_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(from), row,
                    result.rgb.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(y) * row));
    }
    return result;
}

Image flip_horizontally(const Image& image) {
    Image result = image;
    const auto width = static_cast<std::size_t>(image.width);
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y)
        for (std::size_t x = 0; x < width; ++x)
            std::copy_n(image.rgb.data() + (y * width + x) * 3, 3,
                        result.rgb.data() + (y * width + width - 1 - x) * 3);
    return result;
}

} // namespace cdra::datasets
