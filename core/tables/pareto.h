// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Accuracy against trainable parameters as an SVG file that needs no library.
#pragma once

#include <string>
#include <vector>

namespace cdra::tables {

struct ParetoPoint {
    std::string label;
    double percent = 0; // of trainable backbone parameters; ≤ 0 is drawn at the left edge ("0")
    double value = 0;   // per cent
    double error = 0;   // half a whisker; not finite or 0: none
};
// Indices of the points that no other point beats in both (fewer or as many parameters and more accuracy), by
// percent.
std::vector<std::size_t> pareto_front(const std::vector<ParetoPoint>& points);
// Points that are not finite are left out. x is logarithmic.
std::string pareto_svg(const std::vector<ParetoPoint>& points, const std::string& title,
                       const std::string& value_title);

} // namespace cdra::tables
