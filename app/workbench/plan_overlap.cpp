// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/plan_overlap.h"

#include "core/compact/reorganise.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>

namespace cdra::workbench {

namespace {

// Walks two sorted lists; `seen(index, kind)` with kind 0 both, 1 first alone, 2 second alone.
template <class Seen> void walk(const std::vector<std::uint32_t>& first, const std::vector<std::uint32_t>& second, Seen seen) {
    auto a = first.begin();
    auto b = second.begin();
    while (a != first.end() || b != second.end()) {
        if (b == second.end() || (a != first.end() && *a < *b)) seen(*a++, 1);
        else if (a == first.end() || *b < *a) seen(*b++, 2);
        else {
            seen(*a++, 0);
            ++b;
        }
    }
}

Overlap overlap_of(const compact::PlannedMatrix& first, const compact::PlannedMatrix& second) {
    Overlap overlap;
    std::array<std::uint64_t*, 3> counts{&overlap.both, &overlap.only_first, &overlap.only_second};
    walk(first.mask, second.mask, [&](std::uint32_t, int kind) { ++*counts[std::size_t(kind)]; });
    return overlap;
}

} // namespace

double Overlap::jaccard() const {
    const std::uint64_t any = both + only_first + only_second;
    return any ? double(both) / double(any) : 0;
}

std::vector<Overlap> overlaps(const compact::CompactPlan& first, const compact::CompactPlan& second, const std::stop_token& stop) {
    if (first.matrices.size() != second.matrices.size())
        throw InputError("the two plans are of different models: " + std::to_string(first.matrices.size()) + " and " +
                         std::to_string(second.matrices.size()) + " matrices; compare plans of one architecture");
    std::vector<Overlap> found;
    for (std::size_t i = 0; i < first.matrices.size(); ++i) {
        const auto &a = first.matrices[i], &b = second.matrices[i];
        if (a.shape.name != b.shape.name || a.shape.in != b.shape.in || a.shape.out != b.shape.out)
            throw InputError("the two plans are of different models: " + a.shape.name + " is " + std::to_string(a.shape.in) + " × " +
                             std::to_string(a.shape.out) + " in one, " + b.shape.name + " " + std::to_string(b.shape.in) + " × " +
                             std::to_string(b.shape.out) + " in the other; compare plans of one architecture");
        throw_if_stopped(stop);
        found.push_back(overlap_of(a, b));
    }
    return found;
}

QImage overlap_image(const compact::PlannedMatrix& first, const compact::PlannedMatrix& second, int side, const OverlapColours& colours,
                     bool reorganised) {
    const auto rows = std::size_t(first.shape.in), columns = std::size_t(first.shape.out);
    const std::size_t height = std::min(rows, std::size_t(side)), width = std::min(columns, std::size_t(side));
    const Overlap overlap = overlap_of(first, second);
    // Rarer kinds paint over commoner ones, so that none disappears.
    const std::array<std::uint64_t, 3> counts{overlap.both, overlap.only_first, overlap.only_second};
    std::array<int, 3> priority{};
    for (int kind = 0; kind < 3; ++kind)
        for (int other = 0; other < 3; ++other)
            if (counts[std::size_t(other)] > counts[std::size_t(kind)] || (counts[std::size_t(other)] == counts[std::size_t(kind)] && other > kind))
                ++priority[std::size_t(kind)];
    std::vector<std::uint32_t> row_at, column_at;
    if (reorganised) {
        row_at = compact::inverse(first.reorganised.row_order);
        column_at = compact::inverse(first.reorganised.column_order);
    }
    std::vector<signed char> best(height * width, -1);
    walk(first.mask, second.mask, [&](std::uint32_t flat, int kind) {
        const std::size_t row = reorganised ? row_at[flat % rows] : flat % rows, column = reorganised ? column_at[flat / rows] : flat / rows;
        auto& pixel = best[row * height / rows * width + column * width / columns];
        if (pixel < 0 || priority[std::size_t(kind)] > priority[std::size_t(pixel)]) pixel = static_cast<signed char>(kind);
    });
    const std::array<QRgb, 3> painted{colours.both, colours.first, colours.second};
    QImage image(int(width), int(height), QImage::Format_RGB32);
    for (std::size_t y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(int(y)));
        for (std::size_t x = 0; x < width; ++x) line[x] = best[y * width + x] < 0 ? colours.paper : painted[std::size_t(best[y * width + x])];
    }
    return image;
}

} // namespace cdra::workbench
