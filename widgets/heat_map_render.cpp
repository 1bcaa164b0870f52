// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat_map_render.h"

#include <algorithm>
#include <cmath>

namespace cdra::widgets {
namespace {

// The cells of one level that each pixel covers along one axis: [first, last], empty if outside.
struct Cover {
    int first = 0, last = -1;
};

std::vector<Cover> covers(double start, double cells_per_pixel, int pixels, int level, int cells) {
    std::vector<Cover> out(static_cast<std::size_t>(pixels));
    const double cell = double(std::int64_t{1} << level);
    for (int p = 0; p < pixels; ++p) {
        double low = start + p * cells_per_pixel, high = low + cells_per_pixel;
        if (cells_per_pixel <= 1) low = high = (low + high) / 2; // nearest
        const int first = int(std::floor(low / cell + 1e-9));
        const int last = std::max(first, int(std::ceil(high / cell - 1e-9)) - 1);
        if (last < 0 || first >= cells) continue;
        out[std::size_t(p)] = {std::max(first, 0), std::min(last, cells - 1)};
    }
    return out;
}

} // namespace

std::vector<QRgb> colour_lookup(ColourMap map, HeatScale scale, std::pair<float, float> range, const HeatMapImage* image) {
    std::vector<QRgb> lookup(65536);
    const auto& table = colour_table(map);
    if (scale == HeatScale::percentile && !image) scale = HeatScale::logarithmic;
    const auto place = [&](std::uint16_t code) {
        const float value = HeatMapImage::value_of(code);
        if (scale == HeatScale::percentile) return image->fraction_below(code);
        return scale == HeatScale::logarithmic ? std::log2(std::max(double(value), 1e-45)) : double(value);
    };
    const auto end = [&](float value) {
        if (scale == HeatScale::percentile) return place(HeatMapImage::code_of(value));
        return scale == HeatScale::logarithmic ? std::log2(std::max(double(value), 1e-45)) : double(value);
    };
    const double from = end(range.first), to = end(range.second);
    const double factor = to > from ? 255 / (to - from) : 0;
    const auto step_of = [&](std::size_t code) {
        // Values from 7f80 on are infinite or not a number: the top.
        return std::size_t(code >= 0xff00 ? 255 : std::clamp((place(std::uint16_t(code)) - from) * factor + 0.5, 0.0, 255.0));
    };
    lookup[0] = table[0];
    // The step never falls as the code rises, so each colour is one run of codes: its end is searched for, near the length of
    // the run before, and a range that is dragged costs a few thousand logarithms instead of 65,536.
    std::size_t stride = 1;
    for (std::size_t code = 1; code < lookup.size();) {
        const std::size_t step = step_of(code);
        std::size_t low = code, high = std::min(code + stride, lookup.size()); // the first code of another step is in (low, high]
        while (high < lookup.size() && step_of(high) == step) {
            low = high;
            high = std::min(high + 2 * (high - code), lookup.size());
        }
        while (high - low > 1) {
            const std::size_t middle = low + (high - low) / 2;
            (step_of(middle) == step ? low : high) = middle;
        }
        std::fill(lookup.begin() + std::ptrdiff_t(code), lookup.begin() + std::ptrdiff_t(high), table[step]);
        stride = high - code;
        code = high;
    }
    return lookup;
}

namespace {

// The two loops that every cell in view goes through are compiled for AVX2 too and chosen at run time: the baseline of x86-64 has
// no largest of 16-bit numbers. Not under a sanitizer, whose start comes after the choice.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define CDRA_WITH_AVX2 __attribute__((target_clones("avx2", "default")))
#else
#define CDRA_WITH_AVX2
#endif
template <class Code> inline __attribute__((always_inline)) void larger(Code* to, const Code* one, const Code* other, int count) {
    for (int i = 0; i < count; ++i) to[i] = std::max(one[i], other[i]);
}
CDRA_WITH_AVX2 void larger_of(std::uint16_t* to, const std::uint16_t* one, const std::uint16_t* other, int count) { larger(to, one, other, count); }
CDRA_WITH_AVX2 void larger_of(std::uint8_t* to, const std::uint8_t* one, const std::uint8_t* other, int count) { larger(to, one, other, count); }

// runs[0][c] is the cell c itself, runs[n][c] the largest of the n + 1 cells from c on: whatever a pixel covers across is then
// one load. Three are enough, because the level is chosen so that a pixel covers less than two of its cells, or three in part.
template <class Code> struct Runs {
    explicit Runs(std::size_t columns) : stride(columns + 2), cells(3 * (columns + 2)) {}
    void fill(int first, int last) {
        Code *one = cells.data(), *two = one + stride, *three = two + stride;
        one[last + 1] = one[last + 2] = 0;
        larger_of(two + first, one + first, one + first + 1, last - first + 1);
        two[last + 1] = 0;
        larger_of(three + first, two + first, two + first + 1, last - first + 1);
    }
    std::size_t stride;
    std::vector<Code> cells;
};

// Down, over the columns in view: the largest of the level's rows that a pixel covers.
template <class Code> void reduce_rows(const std::vector<Code>& from, int columns, Cover rows, int first, int last, Code* to) {
    const auto row = [&](int r) { return from.data() + std::size_t(r) * std::size_t(columns) + first; };
    const int count = last - first + 1;
    if (rows.first == rows.last) std::copy_n(row(rows.first), count, to + first);
    else larger_of(to + first, row(rows.first), row(rows.first + 1), count);
    for (int r = rows.first + 2; r <= rows.last; ++r) larger_of(to + first, to + first, row(r), count);
}

} // namespace

QImage render_heat_map(const HeatMapImage& image, const QRectF& cells, QSize size,
                       std::span<const QRgb> lookup, std::optional<QRgb> mask_colour, QRgb ground, QImage picture) {
    // Opaque where it can be: pixels are then copied to the window, not blended.
    const QImage::Format format = qAlpha(ground) == 255 ? QImage::Format_RGB32 : QImage::Format_ARGB32_Premultiplied;
    if (picture.size() != size || picture.format() != format) picture = QImage(size, format);
    picture.setDevicePixelRatio(1);
    if (picture.isNull()) return picture;
    const QRgb outside = qPremultiply(ground); // every pixel is written once: inside its colour, outside this one
    if (cells.width() <= 0 || cells.height() <= 0) {
        picture.fill(outside);
        return picture;
    }
    const double dx = cells.width() / size.width(), dy = cells.height() / size.height();
    const int finest = int(image.levels().size()) - 1;
    const int level_index =
        std::clamp(int(std::floor(std::log2(std::max(1.0, std::min(dx, dy))) + 1e-9)), 0, finest);
    const HeatMapImage::Level& level = image.levels()[std::size_t(level_index)];
    const auto across = covers(cells.left(), dx, size.width(), level_index, level.columns);
    const auto down = covers(cells.top(), dy, size.height(), level_index, level.rows);
    int first = level.columns, last = -1, left = size.width(), right = -1, widest = 0; // the columns, and the pixels, in view
    for (int x = 0; x < size.width(); ++x) {
        const Cover& cover = across[std::size_t(x)];
        if (cover.last < 0) continue;
        first = std::min(first, cover.first);
        last = std::max(last, cover.last);
        left = std::min(left, x);
        right = x;
        widest = std::max(widest, cover.last - cover.first + 1);
    }
    if (last < 0) {
        picture.fill(outside);
        return picture;
    }
    const bool mask = mask_colour && !level.masked.empty();
    const QRgb over = mask_colour.value_or(0);
    Runs<std::uint16_t> codes{std::size_t(level.columns)};
    Runs<std::uint8_t> masked{mask ? std::size_t(level.columns) : 0};
    std::vector<std::uint32_t> at(std::size_t(size.width())); // of the pixels in view, into the runs
    if (widest <= 3)
        for (int x = left; x <= right; ++x) {
            const Cover& cover = across[std::size_t(x)];
            at[std::size_t(x)] = std::uint32_t(std::size_t(cover.last - cover.first) * codes.stride + std::size_t(cover.first));
        }
    Cover above;
    for (int y = 0; y < size.height(); ++y) {
        const Cover rows = down[std::size_t(y)];
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        if (rows.last < 0) {
            std::fill_n(line, size.width(), outside);
            continue;
        }
        if (y > 0 && rows.first == above.first && rows.last == above.last) {
            std::copy_n(reinterpret_cast<const QRgb*>(picture.constScanLine(y - 1)), size.width(), line);
            continue;
        }
        above = rows;
        std::fill(line, line + left, outside);
        std::fill(line + right + 1, line + size.width(), outside);
        // Down first, then across: separable like every max over a rectangle.
        reduce_rows(level.codes, level.columns, rows, first, last, codes.cells.data());
        if (mask) reduce_rows(level.masked, level.columns, rows, first, last, masked.cells.data());
        if (widest <= 3) {
            codes.fill(first, last);
            const std::uint16_t* code = codes.cells.data();
            if (mask) {
                masked.fill(first, last);
                const std::uint8_t* any = masked.cells.data();
                for (int x = left; x <= right; ++x) line[x] = any[at[std::size_t(x)]] ? over : lookup[code[at[std::size_t(x)]]];
            } else {
                for (int x = left; x <= right; ++x) line[x] = lookup[code[at[std::size_t(x)]]];
            }
            continue;
        }
        // Stretched far more one way than the other: no window of ours does it, a caller may.
        for (int x = left; x <= right; ++x) {
            const Cover cover = across[std::size_t(x)];
            const auto* from = codes.cells.data();
            std::uint16_t code = *std::max_element(from + cover.first, from + cover.last + 1);
            const bool any = mask && *std::max_element(masked.cells.data() + cover.first, masked.cells.data() + cover.last + 1) != 0;
            line[x] = any ? over : lookup[code];
        }
    }
    return picture;
}

} // namespace cdra::widgets
