// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/decimate.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace cdra::widgets {

std::vector<QPointF> decimate(std::span<const QPointF> points, int buckets) {
    std::vector<QPointF> finite;
    finite.reserve(points.size());
    for (const QPointF& point : points)
        if (std::isfinite(point.x()) && std::isfinite(point.y())) finite.push_back(point);
    buckets = std::max(1, buckets);
    if (finite.size() <= 4 * std::size_t(buckets)) return finite;
    const double left = finite.front().x(), width = std::max(finite.back().x() - left, 1e-300);
    std::vector<QPointF> out;
    std::size_t from = 0;
    while (from < finite.size()) {
        const auto bucket_of = [&](const QPointF& point) {
            return std::min(buckets - 1, int((point.x() - left) / width * buckets));
        };
        const int bucket = bucket_of(finite[from]);
        std::size_t to = from, low = from, high = from;
        while (to < finite.size() && bucket_of(finite[to]) == bucket) {
            if (finite[to].y() < finite[low].y()) low = to;
            if (finite[to].y() > finite[high].y()) high = to;
            ++to;
        }
        std::array<std::size_t, 4> keep = {from, low, high, to - 1};
        std::sort(keep.begin(), keep.end());
        for (std::size_t i = 0; i < keep.size(); ++i)
            if (i == 0 || keep[i] != keep[i - 1]) out.push_back(finite[keep[i]]);
        from = to;
    }
    return out;
}

std::vector<QPointF> smooth(std::span<const QPointF> points, double memory) {
    std::vector<QPointF> out;
    out.reserve(points.size());
    double sum = 0, weight = 0;
    for (const QPointF& point : points) {
        if (!std::isfinite(point.y())) continue;
        sum = memory * sum + (1 - memory) * point.y();
        weight = memory * weight + (1 - memory);
        out.emplace_back(point.x(), sum / weight);
    }
    return out;
}

} // namespace cdra::widgets
