// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "datasets/image.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

// The widest vectors that the machine has, chosen when the program starts, before a sanitizer is ready; the same results.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CDRA_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CDRA_VECTOR_CLONES
#endif

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

// Rows are taken sixteen at a time and turned into columns of sixteen bytes: then one weight goes with sixteen pixels
// that lie side by side, which is what vector instructions do. Sums of integers are the same in every order.
constexpr std::size_t lanes = 16;

// 16 × 16 bytes: to[x · to_stride + y] = from[y · from_stride + x].
void transpose_tile(const std::uint8_t* from, std::size_t from_stride, std::uint8_t* to, std::size_t to_stride) {
#ifdef __SSE2__
    __m128i rows[lanes], turned[lanes]; // std::array would drop what the type says of its alignment
    for (std::size_t y = 0; y < lanes; ++y)
        rows[y] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + y * from_stride));
    // Four rounds of a perfect shuffle with the row eight further.
    for (int round = 0; round < 4; ++round) {
        for (std::size_t y = 0; y < lanes / 2; ++y) {
            turned[2 * y] = _mm_unpacklo_epi8(rows[y], rows[y + lanes / 2]);
            turned[2 * y + 1] = _mm_unpackhi_epi8(rows[y], rows[y + lanes / 2]);
        }
        std::swap(rows, turned);
    }
    for (std::size_t x = 0; x < lanes; ++x)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + x * to_stride), rows[x]);
#else
    for (std::size_t y = 0; y < lanes; ++y)
        for (std::size_t x = 0; x < lanes; ++x)
            to[x * to_stride + y] = from[y * from_stride + x];
#endif
}

// `columns` × 16 bytes from 16 rows of `from`, or back; `rows` of them are there.
void turn_rows(const std::uint8_t* from, std::size_t stride, std::size_t rows, std::size_t columns, std::uint8_t* to) {
    std::size_t x = 0;
    if (rows == lanes)
        for (; x + lanes <= columns; x += lanes)
            transpose_tile(from + x, stride, to + x * lanes, lanes);
    for (; x < columns; ++x)
        for (std::size_t y = 0; y < rows; ++y)
            to[x * lanes + y] = from[y * stride + x];
}
void turn_back(const std::uint8_t* from, std::size_t columns, std::uint8_t* to, std::size_t stride, std::size_t rows) {
    std::size_t x = 0;
    if (rows == lanes)
        for (; x + lanes <= columns; x += lanes)
            transpose_tile(from + x * lanes, lanes, to + x, stride);
    for (; x < columns; ++x)
        for (std::size_t y = 0; y < rows; ++y)
            to[y * stride + x] = from[x * lanes + y];
}

// One output column of 3 × 16 bytes: `count` input columns from `in`, each 3 × 16 bytes.
CDRA_VECTOR_CLONES
void weigh_columns(const std::uint8_t* in, const std::int32_t* weights, int count, std::uint8_t* out) {
    std::array<std::int32_t, 3 * lanes> sums;
    sums.fill(1 << (precision - 1));
    for (int k = 0; k < count; ++k, in += 3 * lanes)
        for (std::size_t i = 0; i < 3 * lanes; ++i)
            sums[i] += in[i] * weights[k];
    for (std::size_t i = 0; i < 3 * lanes; ++i)
        out[i] = rounded(sums[i]);
}

// A stretch of `stretch` bytes of an output row: the same bytes of `count` input rows.
constexpr std::size_t stretch = 64;
CDRA_VECTOR_CLONES
void weigh_rows(const std::uint8_t* in, std::size_t row_bytes, const std::int32_t* weights, int count, std::uint8_t* out) {
    std::array<std::int32_t, stretch> sums;
    sums.fill(1 << (precision - 1));
    for (int k = 0; k < count; ++k, in += row_bytes)
        for (std::size_t i = 0; i < stretch; ++i)
            sums[i] += in[i] * weights[k];
    for (std::size_t i = 0; i < stretch; ++i)
        out[i] = rounded(sums[i]);
}

// `in` holds rows × in_width pixels; the result rows × taps.
std::vector<std::uint8_t> across(const std::uint8_t* in, int rows, int in_width, const Weights& weights) {
    const std::size_t width = weights.taps.size(), height = static_cast<std::size_t>(rows);
    const std::size_t in_row = static_cast<std::size_t>(in_width) * 3, out_row = width * 3;
    std::vector<std::uint8_t> result(height * out_row), columns(in_row * lanes), outs(out_row * lanes);
    for (std::size_t y = 0; y < height; y += lanes) {
        const std::size_t here = std::min(lanes, height - y);
        turn_rows(in + y * in_row, in_row, here, in_row, columns.data());
        for (std::size_t x = 0; x < width; ++x)
            weigh_columns(columns.data() + static_cast<std::size_t>(weights.taps[x].first) * 3 * lanes,
                          weights.values.data() + x * weights.widest, weights.taps[x].count, outs.data() + x * 3 * lanes);
        turn_back(outs.data(), out_row, result.data() + y * out_row, out_row, here);
    }
    return result;
}

// `in` starts at input row `first_row`.
std::vector<std::uint8_t> down(const std::vector<std::uint8_t>& in, int first_row, std::size_t row_bytes,
                               const Weights& weights) {
    std::vector<std::uint8_t> result(weights.taps.size() * row_bytes);
    for (std::size_t y = 0; y < weights.taps.size(); ++y) {
        const std::uint8_t* rows = in.data() + static_cast<std::size_t>(weights.taps[y].first - first_row) * row_bytes;
        const std::int32_t* weight = weights.values.data() + y * weights.widest;
        std::uint8_t* out = result.data() + y * row_bytes;
        std::size_t x = 0;
        for (; x + stretch <= row_bytes; x += stretch)
            weigh_rows(rows + x, row_bytes, weight, weights.taps[y].count, out + x);
        for (; x < row_bytes; ++x) {
            std::int32_t sum = 1 << (precision - 1);
            for (int k = 0; k < weights.taps[y].count; ++k)
                sum += rows[static_cast<std::size_t>(k) * row_bytes + x] * weight[k];
            out[x] = rounded(sum);
        }
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
