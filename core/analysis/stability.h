// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// How alike two sensitivity maps are: of other seeds, numbers of samples, or estimators.
#pragma once

#include "core/sensitivity/selection.h"

#include <span>
#include <vector>

namespace cdra::analysis {

struct Overlap {
    double gamma = 0;
    std::uint64_t count = 0; // τ of each map's mask
    std::uint64_t common = 0;
    double jaccard = 0;  // |∩| / |∪| of the two masks; 1 for two empty ones
    double expected = 0; // of two random masks of that size: about γ / (2 − γ)
};
struct MapComparison {
    std::vector<Overlap> overlaps; // one a γ
    double spearman = 0;           // rank correlation over the pool, ties at their mean rank; 0 if a map is constant
    // By matrix, in the map's order: the overlap of the global masks inside it, for the first γ, and its own rank
    // correlation.
    struct Matrix {
        std::string name;
        std::uint64_t first = 0, second = 0, common = 0;
        double jaccard = 0, spearman = 0;
    };
    std::vector<Matrix> matrices;
};

// Throws InputError for maps of other shapes, no γ, or a γ outside 0 … 1. Stage "compare".
MapComparison compare_maps(const sensitivity::SensitivityMap& first, const sensitivity::SensitivityMap& second,
                           sensitivity::Pool pool, const std::vector<double>& gammas, ProgressSink& progress,
                           const std::stop_token& stop = {}, int threads = 1);

// Of two lists of the same length. For whole pools too: sorts, O(n log n).
double spearman(std::span<const float> a, std::span<const float> b);
// The naive twin for tests: ranks by counting, O(n²).
double spearman_by_counting(std::span<const float> a, std::span<const float> b);

} // namespace cdra::analysis
