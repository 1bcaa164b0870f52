// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/build_canvas.h"

#include <algorithm>

namespace cdra::datasets {

namespace {

constexpr std::int64_t one = 65536;
// Cosines of the sixteenths of a turn, times 65,536.
constexpr std::int64_t cosines[16] = {65536,  60547,  46341,  25080,  0, -25080, -46341, -60547,
                                      -65536, -60547, -46341, -25080, 0, 25080,  46341,  60547};

std::int64_t cosine(int turn) { return cosines[turn & 15]; }
std::int64_t sine(int turn) { return cosines[(turn - 4) & 15]; }

int pixel(const Grey& image, std::int64_t x, std::int64_t y) {
    if (x < 0 || y < 0 || x >= image.width || y >= image.height) return 0;
    return image.pixels[static_cast<std::size_t>(y * image.width + x)];
}

// At (x, y) in 1/65,536 of a pixel, whole numbers being pixel centres; black outside.
int sample(const Grey& image, std::int64_t x, std::int64_t y) {
    const std::int64_t column = x >> 16, row = y >> 16;
    if (column < -1 || row < -1 || column >= image.width || row >= image.height) return 0;
    const int fx = static_cast<int>((x & (one - 1)) >> 8), fy = static_cast<int>((y & (one - 1)) >> 8);
    const int upper = pixel(image, column, row) * (256 - fx) + pixel(image, column + 1, row) * fx;
    const int lower = pixel(image, column, row + 1) * (256 - fx) + pixel(image, column + 1, row + 1) * fx;
    return (upper * (256 - fy) + lower * fy + 32768) >> 16;
}

} // namespace

Grey background(int side, Draws& draws) {
    const int level = draws.between(16, 63), cells = (side + 3) / 4;
    std::vector<std::uint8_t> texture;
    for (int i = 0; i < cells * cells; ++i)
        texture.push_back(static_cast<std::uint8_t>(level + draws.between(-6, 6)));
    Grey canvas{side, side, {}};
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x)
            canvas.pixels.push_back(texture[static_cast<std::size_t>(y / 4 * cells + x / 4)]);
    return canvas;
}

void draw(Grey& canvas, const Grey& object, const Placement& where, std::span<std::uint8_t> marks, std::uint8_t mark) {
    // Turned by any angle the square stays within 3/4 of its side (√2/2 and an edge pixel) from its centre.
    const int reach = where.size * 3 / 4 + 2;
    const int left = std::max(where.x4 / 4 - reach, 0), right = std::min(where.x4 / 4 + reach, canvas.width - 1);
    const int top = std::max(where.y4 / 4 - reach, 0), bottom = std::min(where.y4 / 4 + reach, canvas.height - 1);
    const std::int64_t c = cosine(where.turn), s = sine(where.turn);
    const std::int64_t per_quarter = std::int64_t{4} * where.size;
    const std::int64_t middle_x = (object.width - 1) * one / 2, middle_y = (object.height - 1) * one / 2;
    for (int y = top; y <= bottom; ++y)
        for (int x = left; x <= right; ++x) {
            int covered = 0, light = 0;
            for (int part = 0; part < 4; ++part) {
                const std::int64_t dx = 4 * x + 1 + 2 * (part & 1) - where.x4;
                const std::int64_t dy = 4 * y + 1 + 2 * (part >> 1) - where.y4;
                // Turned back; y points down, so counter-clockwise on the screen is +s here.
                const std::int64_t u = (c * dx - s * dy) * object.width / per_quarter + middle_x;
                const std::int64_t v = (s * dx + c * dy) * object.height / per_quarter + middle_y;
                const int value = sample(object, u, v), opacity = std::min(255, 4 * value);
                covered += opacity;
                light += value * opacity;
            }
            std::uint8_t& out = canvas.pixels[static_cast<std::size_t>(y * canvas.width + x)];
            out = static_cast<std::uint8_t>((out * (1020 - covered) + light + 510) / 1020);
            if (!marks.empty() && covered >= 510) marks[static_cast<std::size_t>(y * canvas.width + x)] = mark;
        }
}

} // namespace cdra::datasets
