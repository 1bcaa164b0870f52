// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/segmentation/metrics.h"

#include "core/base/error.h"

#include <cmath>
#include <limits>
#include <string>

namespace cdra::engine {
namespace {

constexpr double smallest = 1e-6; // keeps the legacy ratio of an image without any class at 1, as published

double ratio(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                      : static_cast<double>(part) / static_cast<double>(whole);
}

} // namespace

Confusion::Confusion(int classes)
    : classes_(classes),
      counts_(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes)) {}

void Confusion::add(std::span<const std::int64_t> counts) {
    if (counts.size() != counts_.size())
        throw Error("confusion: " + std::to_string(counts.size()) + " counts, expected " +
                    std::to_string(counts_.size()));
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts_[i] += counts[i];
}

Confusion::Class Confusion::of(int index) const {
    Class result;
    const auto n = static_cast<std::size_t>(classes_), c = static_cast<std::size_t>(index);
    result.right = counts_[c * n + c];
    for (std::size_t other = 0; other < n; ++other)
        result.truly += counts_[c * n + other], result.predicted += counts_[other * n + c];
    return result;
}

std::vector<double> Confusion::iou() const {
    std::vector<double> result;
    for (int c = 0; c < classes_; ++c) {
        const auto one = of(c);
        result.push_back(ratio(one.right, one.truly + one.predicted - one.right));
    }
    return result;
}

std::vector<double> Confusion::dice() const {
    std::vector<double> result;
    for (int c = 0; c < classes_; ++c) {
        const auto one = of(c);
        result.push_back(ratio(2 * one.right, one.truly + one.predicted));
    }
    return result;
}

std::vector<double> Confusion::recall() const {
    std::vector<double> result;
    for (int c = 0; c < classes_; ++c) {
        const auto one = of(c);
        result.push_back(ratio(one.right, one.truly));
    }
    return result;
}

double Confusion::pixel_accuracy() const {
    std::int64_t right = 0, all = 0;
    for (int c = 0; c < classes_; ++c) {
        const auto one = of(c);
        right += one.right, all += one.truly;
    }
    return all == 0 ? 0 : ratio(right, all);
}

double Confusion::mean(const std::vector<double>& values) {
    double sum = 0;
    int count = 0;
    for (const double value : values)
        if (std::isfinite(value)) sum += value, ++count;
    return count == 0 ? 0 : sum / count;
}

void LegacyIou::add(double and_sum, double or_sum) {
    sum_ += (and_sum + smallest) / (or_sum + smallest);
    ++images_;
}

double LegacyIou::mean() const {
    return images_ == 0 ? 0 : sum_ / static_cast<double>(images_);
}

} // namespace cdra::engine
