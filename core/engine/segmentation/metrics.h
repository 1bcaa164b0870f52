// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Figures of a segmentation, from the confusion matrix of every pixel of the whole set that has a class. A
// class that neither occurs nor is predicted anywhere is absent and counts in no mean; one that is predicted
// but does not occur has an IoU of 0 and counts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cdra::engine {

class Confusion {
  public:
    explicit Confusion(int classes);
    // counts [classes, classes], row: the true class, column: the predicted one. Throws Error for a wrong size.
    void add(std::span<const std::int64_t> counts);
    int classes() const noexcept { return classes_; }
    std::span<const std::int64_t> counts() const noexcept { return counts_; }

    // Not-a-number for absent classes.
    std::vector<double> iou() const;    // intersection / union
    std::vector<double> dice() const;   // 2·intersection / (true + predicted)
    std::vector<double> recall() const; // not-a-number for a class that does not occur
    double pixel_accuracy() const;
    // Over what is a number; 0 if nothing is.
    static double mean(const std::vector<double>& values);

  private:
    struct Class {
        std::int64_t right = 0, truly = 0, predicted = 0;
    };
    Class of(int index) const;

    int classes_;
    std::vector<std::int64_t> counts_;
};

// What a published fine-tuning project calls mIoU, for comparison with its numbers alone: of one image, the
// class *indices* combined bit by bit, Σ (predicted AND true) / Σ (predicted OR true), pixels without a class
// as 0 in both. Class 0 counts for nothing and classes 3 and 1 overlap.
class LegacyIou {
  public:
    void add(double and_sum, double or_sum); // one image
    double mean() const;                     // over the images; 0 if there are none

  private:
    double sum_ = 0;
    std::int64_t images_ = 0;
};

} // namespace cdra::engine
