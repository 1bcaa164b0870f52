// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tables/statistics.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace cdra::tables {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// Continued fraction of the incomplete beta function (modified Lentz).
double beta_fraction(double a, double b, double x) {
    constexpr double tiny = 1e-300;
    const auto guarded = [](double value) { return std::abs(value) < tiny ? tiny : value; };
    double c = 1, d = 1 / guarded(1 - (a + b) * x / (a + 1)), h = d;
    for (int m = 1; m <= 500; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / guarded(1 + even * d);
        c = guarded(1 + even / c);
        h *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / guarded(1 + odd * d);
        c = guarded(1 + odd / c);
        h *= d * c;
        if (std::abs(d * c - 1) < 1e-15) break;
    }
    return h;
}

double incomplete_beta(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front =
        std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a
                                     : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
    if (a.size() != b.size() || a.empty())
        throw InputError("paired values are " + std::to_string(a.size()) + " and " +
                         std::to_string(b.size()) + "; expected as many of each, at least one");
    std::vector<double> result(a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        result[i] = a[i] - b[i];
    return result;
}

} // namespace

double mean(std::span<const double> values) {
    return values.empty()
               ? none
               : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(std::span<const double> values) {
    if (values.size() < 2) return none;
    const double centre = mean(values);
    double sum = 0;
    for (const double value : values)
        sum += (value - centre) * (value - centre);
    return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double student_quantile(int degrees, double level) {
    if (degrees < 1 || !(level > 0 && level < 1))
        throw InputError("Student's t of " + std::to_string(degrees) + " degrees at level " +
                         std::to_string(level) + "; expected at least 1 degree and a level between 0 and 1");
    const double n = degrees;
    // P(|T| > t) = I_{n/(n+t²)}(n/2, 1/2), falling in t.
    const auto beyond = [n](double t) { return incomplete_beta(n / 2, 0.5, n / (n + t * t)); };
    double low = 0, high = 1;
    while (beyond(high) > 1 - level && high < 1e12)
        high *= 2;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (beyond(middle) > 1 - level ? low : high) = middle;
    }
    return (low + high) / 2;
}

Difference paired_t(std::span<const double> a, std::span<const double> b, double level) {
    const std::vector<double> all = differences(a, b);
    Difference result{static_cast<int>(all.size()), mean(all), {none, none}};
    if (all.size() < 2) return result;
    const double half = student_quantile(result.pairs - 1, level) * deviation(all) /
                        std::sqrt(static_cast<double>(all.size()));
    result.interval = {result.mean - half, result.mean + half};
    return result;
}

Difference paired_bootstrap(std::span<const double> a, std::span<const double> b, double level, int draws,
                            std::uint64_t seed) {
    const std::vector<double> all = differences(a, b);
    Difference result{static_cast<int>(all.size()), mean(all), {none, none}};
    if (all.size() < 2 || draws < 1) return result;
    std::vector<double> means(static_cast<std::size_t>(draws));
    std::uint64_t number = 0;
    for (double& one : means) {
        double sum = 0;
        // n is small: the bias of the remainder is below 2^-50.
        for (std::size_t i = 0; i < all.size(); ++i)
            sum += all[mix_seed(seed, number++) % all.size()];
        one = sum / static_cast<double>(all.size());
    }
    std::sort(means.begin(), means.end());
    const auto at = [&](double share) {
        const double place = share * static_cast<double>(means.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const std::size_t above = std::min(below + 1, means.size() - 1);
        return means[below] + (place - static_cast<double>(below)) * (means[above] - means[below]);
    };
    result.interval = {at((1 - level) / 2), at((1 + level) / 2)};
    return result;
}

} // namespace cdra::tables
