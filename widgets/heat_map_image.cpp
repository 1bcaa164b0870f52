// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat_map_image.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace cdra::widgets {
namespace {

constexpr std::int64_t largest_side = 65536;
constexpr std::int64_t tile = 64; // both the read and the written side of a tile stay in cache

void check_order(std::span<const std::uint32_t> order, std::int64_t size, const char* what) {
    if (order.empty()) return;
    std::vector<bool> seen(std::size_t(size), false);
    bool good = std::int64_t(order.size()) == size;
    for (std::size_t i = 0; good && i < order.size(); ++i) {
        good = order[i] < size && !seen[order[i]];
        if (good) seen[order[i]] = true;
    }
    if (!good)
        throw InputError(std::string("heat map: the ") + what + " order is not a permutation of " +
                         std::to_string(size) + " indices; make the plan again from this map");
}

void check(const HeatMapSource& source) {
    if (source.out <= 0 || source.in <= 0 || source.out > largest_side || source.in > largest_side)
        throw InputError("heat map: a matrix of " + std::to_string(source.in) + " rows and " +
                         std::to_string(source.out) + " columns can't be shown; each must be 1 to " +
                         std::to_string(largest_side));
    const std::int64_t size = source.out * source.in;
    if (!source.values || std::int64_t(source.values->size()) != size)
        throw InputError("heat map: " + std::to_string(source.values ? source.values->size() : 0) +
                         " values found, " + std::to_string(size) + " expected for " +
                         std::to_string(source.in) + " × " + std::to_string(source.out));
    check_order(source.row_order, source.in, "row");
    check_order(source.column_order, source.out, "column");
    if (source.mask && !source.mask->empty() &&
        (source.mask->back() >= size || !std::is_sorted(source.mask->begin(), source.mask->end())))
        throw InputError("heat map: the mask's indices are not sorted or exceed the matrix's " +
                         std::to_string(size) + " weights; make the plan again from this map");
}

HeatMapImage::Level halve(const HeatMapImage::Level& above) {
    HeatMapImage::Level level;
    level.rows = (above.rows + 1) / 2;
    level.columns = (above.columns + 1) / 2;
    const auto reduce = [&](const auto& from, auto& to) {
        to.resize(std::size_t(level.rows) * std::size_t(level.columns));
        for (int r = 0; r < level.rows; ++r) {
            const auto* first = from.data() + std::size_t(2 * r) * std::size_t(above.columns);
            const auto* second = 2 * r + 1 < above.rows ? first + above.columns : first;
            auto* out = to.data() + std::size_t(r) * std::size_t(level.columns);
            for (int c = 0; c < above.columns / 2; ++c)
                out[c] = std::max(std::max(first[2 * c], first[2 * c + 1]),
                                  std::max(second[2 * c], second[2 * c + 1]));
            if (above.columns % 2)
                out[level.columns - 1] = std::max(first[above.columns - 1], second[above.columns - 1]);
        }
    };
    reduce(above.codes, level.codes);
    if (!above.masked.empty()) reduce(above.masked, level.masked);
    return level;
}

} // namespace

std::shared_ptr<const HeatMapImage::Coded> HeatMapImage::encode(const HeatMapSource& source, const std::stop_token& stop) {
    auto coded = std::make_shared<Coded>();
    coded->histogram.assign(65536, 0);
    const std::int64_t rows = source.in, columns = source.out;
    coded->codes.resize(std::size_t(rows * columns));
    for (std::int64_t r0 = 0; r0 < rows; r0 += tile) {
        throw_if_stopped(stop);
        for (std::int64_t c = 0; c < columns; ++c) {
            const float* line = source.values->data() + c * rows;
            for (std::int64_t r = r0; r < std::min(r0 + tile, rows); ++r) {
                const float value = std::abs(line[r]);
                const std::uint16_t code = code_of(value);
                coded->codes[std::size_t(r * columns + c)] = code;
                ++coded->histogram[code];
                if (value > coded->largest) coded->largest = value;
                if (value > 0 && (coded->smallest_positive == 0 || value < coded->smallest_positive)) coded->smallest_positive = value;
            }
        }
    }
    coded->below.resize(coded->histogram.size());
    std::exclusive_scan(coded->histogram.begin(), coded->histogram.end(), coded->below.begin(), 0U);
    return coded;
}

std::shared_ptr<const HeatMapImage> HeatMapImage::build(const HeatMapSource& source, const std::stop_token& stop,
                                                        const std::shared_ptr<const HeatMapImage>& earlier) {
    check(source);
    auto image = std::make_shared<HeatMapImage>();
    image->source_ = source;
    const bool same = earlier && earlier->source_.values == source.values && earlier->source_.in == source.in;
    image->coded_ = same ? earlier->coded_ : encode(source, stop);
    const std::int64_t rows = source.in, columns = source.out;
    Level level;
    level.rows = int(rows);
    level.columns = int(columns);
    level.codes.resize(std::size_t(rows * columns));
    for (std::int64_t r = 0; r < rows; ++r) {
        if (r % tile == 0) throw_if_stopped(stop);
        const std::uint16_t* from = image->coded_->codes.data() + std::int64_t(image->original_row(int(r))) * columns;
        std::uint16_t* to = level.codes.data() + r * columns;
        if (source.column_order.empty()) std::copy_n(from, columns, to);
        else
            for (const std::uint32_t column : source.column_order) *to++ = from[column];
    }
    if (source.mask) {
        std::vector<std::uint32_t> row_at(static_cast<std::size_t>(rows)),
            column_at(static_cast<std::size_t>(columns));
        for (std::int64_t r = 0; r < rows; ++r)
            row_at[image->original_row(int(r))] = std::uint32_t(r);
        for (std::int64_t c = 0; c < columns; ++c)
            column_at[image->original_column(int(c))] = std::uint32_t(c);
        level.masked.assign(std::size_t(rows * columns), 0);
        for (const std::uint32_t flat : *source.mask) {
            const std::uint64_t out = flat / std::uint64_t(rows), in = flat % std::uint64_t(rows);
            level.masked[std::size_t(row_at[in]) * std::size_t(columns) + column_at[out]] = 1;
        }
    }
    image->levels_.push_back(std::move(level));
    while (image->levels_.back().rows > 8 || image->levels_.back().columns > 8) {
        throw_if_stopped(stop);
        image->levels_.push_back(halve(image->levels_.back()));
    }
    return image;
}

float HeatMapImage::quantile(double fraction) const {
    const std::uint64_t zeros = coded_->histogram.front(), positive = std::uint64_t(rows()) * std::uint64_t(columns()) - zeros;
    if (positive == 0) return 0;
    const auto wanted = std::uint64_t(std::clamp(fraction, 0.0, 1.0) * double(positive));
    // The first code that more than `wanted` positive entries do not exceed. Asked for several times a frame: searched for.
    std::size_t low = 0, high = coded_->histogram.size() - 1; // in (low, high]
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        const std::uint64_t seen = coded_->below[middle] + coded_->histogram[middle] - zeros;
        (seen > wanted || seen == positive ? high : low) = middle;
    }
    return value_of(std::uint16_t(high));
}

double HeatMapImage::fraction_below(std::uint16_t code) const {
    const std::uint64_t zeros = coded_->histogram.front(), all = std::uint64_t(rows()) * std::uint64_t(columns());
    if (code == 0 || all == zeros) return 0;
    return double(coded_->below[code] - zeros) / double(all - zeros);
}

std::uint64_t HeatMapImage::count_above(float value) const {
    const std::uint16_t code = code_of(value);
    return std::uint64_t(rows()) * std::uint64_t(columns()) - coded_->below[code] - coded_->histogram[code];
}

std::uint32_t HeatMapImage::original_row(int row) const {
    return source_.row_order.empty() ? std::uint32_t(row) : source_.row_order[std::size_t(row)];
}

std::uint32_t HeatMapImage::original_column(int column) const {
    return source_.column_order.empty() ? std::uint32_t(column) : source_.column_order[std::size_t(column)];
}

float HeatMapImage::value(int row, int column) const {
    return (
        *source_.values)[std::size_t(original_column(column)) * std::size_t(source_.in) + original_row(row)];
}

bool HeatMapImage::masked(int row, int column) const {
    const Level& level = levels_.front();
    return !level.masked.empty() &&
           level.masked[std::size_t(row) * std::size_t(level.columns) + std::size_t(column)] != 0;
}

} // namespace cdra::widgets
