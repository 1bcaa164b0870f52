// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/box_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

namespace cdra::compact {

namespace {

using Indices = std::vector<std::uint32_t>;

// Entries of a matrix in units that any sum of them fits into 62 bits of.
class Units {
  public:
    Units(const sensitivity::MatrixSensitivity& matrix, float largest)
        : values_(matrix.values.data()), in_(static_cast<std::size_t>(matrix.shape.in)) {
        if (!(largest > 0)) return;
        const int above = std::ilogb(largest) + 1, headroom = std::bit_width(matrix.values.size());
        exponent_ = 62 - headroom - above;
        scale_ = std::ldexp(1.0, exponent_);
    }
    std::int64_t sum(const Indices& rows, const Indices& columns) const {
        std::int64_t total = 0;
        for (const std::uint32_t column : columns) {
            const float* values = values_ + column * in_;
            for (const std::uint32_t row : rows) total += static_cast<std::int64_t>(double{values[row]} * scale_ + 0.5);
        }
        return total;
    }
    double value(std::int64_t units) const { return std::ldexp(static_cast<double>(units), -exponent_); }

  private:
    const float* values_;
    std::size_t in_;
    int exponent_ = 0;
    double scale_ = 0;
};

// Each stands there once, so that marking and collecting sorts them.
Indices sorted(const Indices& indices, std::int64_t size) {
    std::vector<char> among(static_cast<std::size_t>(size));
    for (const std::uint32_t index : indices) among[index] = 1;
    Indices result;
    result.reserve(indices.size());
    for (std::uint32_t i = 0; i < among.size(); ++i)
        if (among[i]) result.push_back(i);
    return result;
}
Indices difference(const Indices& from, const Indices& without) {
    Indices left;
    std::ranges::set_difference(from, without, std::back_inserter(left));
    return left;
}

} // namespace

double sum_in_box(const sensitivity::MatrixSensitivity& matrix, float largest, const Box& box) {
    const Units units(matrix, largest);
    return units.value(units.sum(box.rows, box.columns));
}

double RunningBoxSum::of(const sensitivity::MatrixSensitivity& matrix, float largest, const Box& box) {
    const Units units(matrix, largest);
    Indices rows = sorted(box.rows, matrix.shape.in), columns = sorted(box.columns, matrix.shape.out);
    const Indices rows_in = difference(rows, rows_), rows_out = difference(rows_, rows);
    const Indices columns_in = difference(columns, columns_), columns_out = difference(columns_, columns);
    const std::size_t changed = (rows_in.size() + rows_out.size()) * columns_.size() + (columns_in.size() + columns_out.size()) * rows.size();
    if (2 * changed < rows.size() * columns.size())
        // First the rows, within the old columns; then the columns, within the new rows.
        units_ += units.sum(rows_in, columns_) - units.sum(rows_out, columns_) + units.sum(rows, columns_in) - units.sum(rows, columns_out);
    else
        units_ = units.sum(rows, columns);
    rows_ = std::move(rows);
    columns_ = std::move(columns);
    return units.value(units_);
}

} // namespace cdra::compact
