// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/sensitivity/values.h"

#include <array>
#include <limits>

namespace cdra::sensitivity {
namespace {

[[gnu::always_inline]] inline Totals totals_in_lanes(std::span<const float> values) {
    constexpr std::size_t lane_count = 8;
    std::array<double, lane_count> sums{};
    std::array<float, lane_count> largest{}, smallest;
    smallest.fill(std::numeric_limits<float>::infinity());
    std::size_t i = 0;
    for (; i + lane_count <= values.size(); i += lane_count)
        for (std::size_t lane = 0; lane < lane_count; ++lane) {
            const float value = values[i + lane];
            sums[lane] += double{value};
            largest[lane] = value > largest[lane] ? value : largest[lane];
            smallest[lane] = value < smallest[lane] ? value : smallest[lane];
        }
    Totals total;
    total.smallest = std::numeric_limits<float>::infinity();
    for (; i < values.size(); ++i) {
        total.sum += double{values[i]};
        total.largest = std::max(total.largest, values[i]);
        total.smallest = std::min(total.smallest, values[i]);
    }
    for (const double lane : sums) total.sum += lane;
    for (const float lane : largest) total.largest = std::max(total.largest, lane);
    for (const float lane : smallest) total.smallest = std::min(total.smallest, lane);
    return total;
}

#if defined(__x86_64__)
// The same lanes, so the same bits, in wider registers.
__attribute__((target("avx2"))) Totals totals_in_wide_lanes(std::span<const float> values) {
    return totals_in_lanes(values);
}
#endif

Totals totals_of(std::span<const float> values) {
    if (values.empty()) return {};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return totals_in_wide_lanes(values);
#endif
    return totals_in_lanes(values);
}

} // namespace

Totals Values::totals() const {
    if (!held_) return {};
    std::call_once(held_->taken, [&] { held_->totals = totals_of(view_); });
    return held_->totals;
}

} // namespace cdra::sensitivity
