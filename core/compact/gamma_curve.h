// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Trainable parameters and ranks as functions of γ, without making a plan for each: what is drawn behind the γ
// slider. The map is read once, into a sketch of a few megabytes; every point after that costs microseconds.
#pragma once

#include "core/compact/plan.h"

#include <cstdint>
#include <vector>

namespace cdra::compact {

// Of each tensor: how many of its values have each code, and the largest code of each row and column. A code is the
// leading 16 bits below the sign of a float: monotone, with steps of 1/256 of an octave.
struct GammaSketch {
    struct Matrix {
        checkpoint::MatrixShape shape;
        std::vector<std::uint16_t> codes; // descending, of the values' non-empty codes …
        std::vector<std::uint32_t> at_least; // … and how many values have that code or a larger one
        std::vector<std::uint16_t> row_peaks, column_peaks; // descending
    };
    struct Vector {
        std::int64_t size = 0;
        std::vector<std::uint16_t> codes; // of all its values, descending
    };
    std::vector<Matrix> matrices;
    std::vector<Vector> vectors;
    std::int64_t backbone_parameters = 0, class_token_parameters = 0;
};
// Throws Cancelled on a stop. `threads` ≥ 1 changes speed only.
GammaSketch sketch(const sensitivity::SensitivityMap& map, const std::stop_token& stop = {}, int threads = 1);

struct GammaPoint {
    std::uint64_t count = 0;    // τ: all values of the pool with a code of at least some one
    double gamma = 0;           // count / pool size
    std::uint64_t trainable = 0;
    double percent = 0;         // of the backbone
    std::uint64_t rank_sum = 0; // over matrices
    int zero_ranks = 0;
};
// At most `points` points, ascending, spaced about evenly in log γ between `low` and `high`. Each is exact: it equals the
// plan of Tau{count}. `options.amount` is not looked at. Throws InputError for impossible options.
std::vector<GammaPoint> gamma_curve(const GammaSketch& sketch, const PlanOptions& options, double low, double high,
                                    int points);

} // namespace cdra::compact
