// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Sums of sensitivity over boxes in whole numbers of a tiny unit, so that the order of summation changes nothing: a sum that
// is kept up to date while a box grows and shrinks is the sum anew to the last bit.
#pragma once

#include "core/compact/plan.h"
#include "core/sensitivity/map.h"

#include <cstdint>
#include <vector>

namespace cdra::compact {

// Σ s over the box's rows (input features) and columns (output features). `largest` is of the whole matrix; the unit is
// 2^-40 of it or finer for matrices of up to four million entries, so that what an entry loses counts for nothing.
double sum_in_box(const sensitivity::MatrixSensitivity& matrix, float largest, const Box& box);

// The same sum for boxes of one matrix that come after each other: only the rows and columns that enter or leave are added up,
// unless they are many.
class RunningBoxSum {
  public:
    double of(const sensitivity::MatrixSensitivity& matrix, float largest, const Box& box);

  private:
    std::vector<std::uint32_t> rows_, columns_; // of the last box, ascending
    std::int64_t units_ = 0;
};

} // namespace cdra::compact
