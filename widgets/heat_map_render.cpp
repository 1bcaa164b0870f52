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
    for (std::size_t code = 0; code < lookup.size(); ++code) {
        // Values from 7f80 on are infinite or not a number: the top.
        const double step = code >= 0xff00 ? 255 : std::clamp((place(std::uint16_t(code)) - from) * factor + 0.5, 0.0, 255.0);
        lookup[code] = table[code == 0 ? 0 : std::size_t(step)];
    }
    return lookup;
}

QImage render_heat_map(const HeatMapImage& image, const QRectF& cells, QSize size,
                       std::span<const QRgb> lookup, std::optional<QRgb> mask_colour) {
    QImage picture(size, QImage::Format_ARGB32_Premultiplied);
    picture.fill(Qt::transparent);
    if (size.isEmpty() || cells.width() <= 0 || cells.height() <= 0) return picture;
    const double dx = cells.width() / size.width(), dy = cells.height() / size.height();
    const int finest = int(image.levels().size()) - 1;
    const int level_index =
        std::clamp(int(std::floor(std::log2(std::max(1.0, std::min(dx, dy))) + 1e-9)), 0, finest);
    const HeatMapImage::Level& level = image.levels()[std::size_t(level_index)];
    const auto across = covers(cells.left(), dx, size.width(), level_index, level.columns);
    const auto down = covers(cells.top(), dy, size.height(), level_index, level.rows);
    int first = level.columns, last = -1; // the columns in view
    for (const Cover& cover : across) {
        if (cover.last < 0) continue;
        first = std::min(first, cover.first);
        last = std::max(last, cover.last);
    }
    if (last < 0) return picture;
    const bool mask = mask_colour && !level.masked.empty();
    const QRgb over = mask_colour.value_or(0);
    std::vector<std::uint16_t> codes(static_cast<std::size_t>(level.columns));
    std::vector<std::uint8_t> masked(static_cast<std::size_t>(level.columns));
    Cover above;
    for (int y = 0; y < size.height(); ++y) {
        const Cover rows = down[std::size_t(y)];
        if (rows.last < 0) continue;
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        if (y > 0 && rows.first == above.first && rows.last == above.last) {
            std::copy_n(reinterpret_cast<const QRgb*>(picture.constScanLine(y - 1)), size.width(), line);
            continue;
        }
        above = rows;
        // Down first, over the columns in view, then across: separable like every max over a rectangle.
        const auto reduce = [&](const auto& from, auto& to) {
            const auto* top = from.data() + std::size_t(rows.first) * std::size_t(level.columns);
            std::copy(top + first, top + last + 1, to.begin() + first);
            for (int r = rows.first + 1; r <= rows.last; ++r) {
                const auto* next = from.data() + std::size_t(r) * std::size_t(level.columns);
                for (int c = first; c <= last; ++c)
                    to[std::size_t(c)] = std::max(to[std::size_t(c)], next[c]);
            }
        };
        reduce(level.codes, codes);
        if (mask) reduce(level.masked, masked);
        for (int x = 0; x < size.width(); ++x) {
            const Cover cover = across[std::size_t(x)];
            if (cover.last < 0) continue;
            std::uint16_t code = codes[std::size_t(cover.first)];
            std::uint8_t any = mask ? masked[std::size_t(cover.first)] : std::uint8_t{0};
            for (int c = cover.first + 1; c <= cover.last; ++c) {
                code = std::max(code, codes[std::size_t(c)]);
                if (mask) any |= masked[std::size_t(c)];
            }
            line[x] = any ? over : lookup[code];
        }
    }
    return picture;
}

} // namespace cdra::widgets
