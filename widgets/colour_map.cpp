// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/colour_map.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace cdra::widgets {
namespace {

struct Anchor {
    double position, red, green, blue;
};

// Monotone cubic (Fritsch and Carlson's condition on the slopes) through a few anchors of each published map.
std::array<QRgb, 256> interpolate(const std::vector<Anchor>& anchors) {
    const auto channel = [&](double Anchor::*c) {
        const std::size_t n = anchors.size();
        std::vector<double> step(n - 1), slope(n);
        for (std::size_t i = 0; i + 1 < n; ++i)
            step[i] = (anchors[i + 1].*c - anchors[i].*c) / (anchors[i + 1].position - anchors[i].position);
        slope.front() = step.front();
        slope.back() = step.back();
        for (std::size_t i = 1; i + 1 < n; ++i)
            slope[i] = step[i - 1] * step[i] <= 0 ? 0 : 2 * step[i - 1] * step[i] / (step[i - 1] + step[i]);
        std::array<int, 256> out{};
        std::size_t part = 0;
        for (int k = 0; k < 256; ++k) {
            const double t = k / 255.0;
            while (part + 2 < n && t > anchors[part + 1].position)
                ++part;
            const double h = anchors[part + 1].position - anchors[part].position,
                         u = (t - anchors[part].position) / h;
            const double value =
                (1 + 2 * u) * (1 - u) * (1 - u) * anchors[part].*c + u * (1 - u) * (1 - u) * h * slope[part] +
                u * u * (3 - 2 * u) * anchors[part + 1].*c - u * u * (1 - u) * h * slope[part + 1];
            out[std::size_t(k)] = std::clamp(int(std::lround(value)), 0, 255);
        }
        return out;
    };
    const auto red = channel(&Anchor::red), green = channel(&Anchor::green), blue = channel(&Anchor::blue);
    std::array<QRgb, 256> table{};
    for (std::size_t k = 0; k < 256; ++k)
        table[k] = qRgb(red[k], green[k], blue[k]);
    return table;
}

} // namespace

QString name_of(ColourMap map) {
    switch (map) {
    case ColourMap::cividis:
        return QStringLiteral("cividis");
    case ColourMap::viridis:
        return QStringLiteral("viridis");
    case ColourMap::grey:
        return QStringLiteral("grey");
    }
    return {};
}

const std::array<QRgb, 256>& colour_table(ColourMap map) {
    static const std::array<QRgb, 256> cividis = interpolate({{0, 0, 32, 77},
                                                              {0.125, 24, 55, 110},
                                                              {0.25, 65, 77, 107},
                                                              {0.5, 124, 123, 120},
                                                              {0.75, 188, 175, 111},
                                                              {1, 255, 234, 70}});
    static const std::array<QRgb, 256> viridis = interpolate({{0, 68, 1, 84},
                                                              {0.125, 71, 45, 123},
                                                              {0.25, 59, 82, 139},
                                                              {0.375, 44, 114, 142},
                                                              {0.5, 33, 145, 140},
                                                              {0.625, 40, 174, 128},
                                                              {0.75, 94, 201, 98},
                                                              {0.875, 173, 220, 48},
                                                              {1, 253, 231, 37}});
    static const std::array<QRgb, 256> grey = interpolate({{0, 20, 20, 20}, {1, 245, 245, 245}});
    switch (map) {
    case ColourMap::viridis:
        return viridis;
    case ColourMap::grey:
        return grey;
    case ColourMap::cividis:
        break;
    }
    return cividis;
}

QRgb colour_at(ColourMap map, double position) {
    if (!(position > 0)) position = 0; // not a number too
    return colour_table(map)[std::size_t(std::lround(std::min(position, 1.0) * 255))];
}

QRgb text_on(QRgb background) {
    const double luma = 0.299 * qRed(background) + 0.587 * qGreen(background) + 0.114 * qBlue(background);
    return luma > 120 ? qRgb(0, 0, 0) : qRgb(255, 255, 255);
}

} // namespace cdra::widgets
