// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/box_sum.h"

#include <array>

namespace cdra::compact {

namespace {

constexpr std::size_t lane_count = 8;

// Σ value(i) for i in 0 … count - 1.
template <typename Value> double sum_of(std::size_t count, Value value) {
    std::array<double, lane_count> lanes{};
    std::size_t i = 0;
    for (; i + lane_count <= count; i += lane_count)
        for (std::size_t lane = 0; lane < lane_count; ++lane) lanes[lane] += double{value(i + lane)};
    double total = 0;
    for (; i < count; ++i) total += double{value(i)};
    for (const double lane : lanes) total += lane;
    return total;
}

} // namespace

double sum(std::span<const float> values) {
    return sum_of(values.size(), [&](std::size_t i) { return values[i]; });
}

double sum_in_box(const sensitivity::MatrixSensitivity& matrix, const Box& box) {
    const auto in = static_cast<std::size_t>(matrix.shape.in);
    double total = 0;
    for (const std::uint32_t column : box.columns) {
        const float* values = matrix.values.data() + column * in;
        total += sum_of(box.rows.size(), [&](std::size_t i) { return values[box.rows[i]]; });
    }
    return total;
}

} // namespace cdra::compact
