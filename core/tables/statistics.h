// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What a few seeds allow to say. Not-a-number in, not-a-number out; no input is changed.
#pragma once

#include <cstdint>
#include <span>

namespace cdra::tables {

double mean(std::span<const double> values); // of nothing: not-a-number
double
deviation(std::span<const double> values); // sample standard deviation (n − 1); fewer than two: not-a-number

// The value that a t-distributed variable exceeds in absolute value with probability 1 − level, e.g. 4.3027
// for two degrees of freedom at 0.95. degrees ≥ 1, 0 < level < 1, else InputError.
double student_quantile(int degrees, double level = 0.95);

struct Interval {
    double low = 0, high = 0;
};
struct Difference {
    int pairs = 0;
    double mean = 0; // of a − b
    Interval interval;
};
// Paired differences a[i] − b[i]. With t: mean ± t·s/√n, right for few seeds of one task. Not-a-number bounds
// for one pair. Throws InputError if the lengths differ or are 0.
Difference paired_t(std::span<const double> a, std::span<const double> b, double level = 0.95);
// The percentile bootstrap of the mean difference: for many pairs of unequal kinds (tasks × seeds), where no
// normal distribution can be assumed. A pure function of its inputs.
Difference paired_bootstrap(std::span<const double> a, std::span<const double> b, double level = 0.95,
                            int draws = 10000, std::uint64_t seed = 0);

} // namespace cdra::tables
