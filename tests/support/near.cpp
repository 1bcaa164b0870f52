// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/near.h"

#include <algorithm>
#include <cmath>

namespace cdra::test {

std::string difference(std::span<const float> got, std::span<const float> want, double relative) {
    if (got.size() != want.size())
        return "lengths differ: " + std::to_string(got.size()) + " and " + std::to_string(want.size());
    double largest = 0;
    for (float value : want) largest = std::max(largest, std::fabs(double{value}));
    if (want.empty() || !(largest > 0)) return "refused: nothing to compare, the expected values are all zero";
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double error = std::fabs(double{got[i]} - double{want[i]});
        if (!(error <= relative * largest))
            return "at " + std::to_string(i) + ": got " + std::to_string(got[i]) + ", want " + std::to_string(want[i]) +
                   " (largest " + std::to_string(largest) + ")";
    }
    return {};
}

} // namespace cdra::test
