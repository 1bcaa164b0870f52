// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A matrix coded for display, with its max pyramid. Rows (input features) go down, columns (output features)
// across: the paper's orientation, the transpose of the stored [out, in] weight.
//
// A magnitude is coded as the leading 16 bits below the sign of its float: monotone over the whole float
// range, with a step of 1/256 of an octave. So neither range, scale nor colour map is part of the code, and
// since a max commutes with a monotone look-up, an isolated cell keeps its colour at every zoom.
#pragma once

#include "core/base/progress.h"

#include <QSize>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace cdra::widgets {

// What to show. The data is shared, never copied: of a sensitivity map, take matrices[i].values.shared().
struct HeatMapSource {
    std::shared_ptr<const std::vector<float>> values;       // [out, in] row-major; magnitudes are shown
    std::shared_ptr<const std::vector<std::uint32_t>> mask; // sorted flat indices of [out, in]; may be null
    std::int64_t out = 0, in = 0;                           // each at most 65,536
    std::vector<std::uint32_t> row_order, column_order;     // permutations of in / out; empty: as stored
};

class HeatMapImage {
  public:
    struct Level {
        int rows = 0, columns = 0;
        std::vector<std::uint16_t> codes; // [rows, columns], largest of the cells below
        std::vector<std::uint8_t> masked; // 1: at least one masked cell below; empty without a mask
    };

    // Runs on a worker. Throws InputError if sizes, orders or mask don't fit together, Cancelled on a stop. `earlier`: an image
    // of the same values in another order or with another mask, whose codes are taken over; else it changes nothing.
    static std::shared_ptr<const HeatMapImage> build(const HeatMapSource& source, const std::stop_token& stop = {},
                                                     const std::shared_ptr<const HeatMapImage>& earlier = {});

    static std::uint16_t code_of(float value) noexcept { // 0 for zero and not a number
        const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(value) & 0x7fffffffU;
        return std::uint16_t(magnitude > 0x7f800000U ? 0 : magnitude >> 15);
    }
    static float value_of(std::uint16_t code) noexcept { // lower end of the code's interval
        return std::bit_cast<float>(std::uint32_t(code) << 15);
    }

    int rows() const { return levels_.front().rows; }
    int columns() const { return levels_.front().columns; }
    const std::vector<Level>& levels() const { return levels_; } // level i halves i times, rounding up
    const HeatMapSource& source() const { return source_; }

    float smallest_positive() const { return coded_->smallest_positive; } // 0 if there is none
    float largest() const { return coded_->largest; }
    // A value that `fraction` of the positive entries do not exceed (to the code's precision).
    float quantile(double fraction) const;
    // Share of the positive entries whose code is smaller; 0 … 1, monotone in the code.
    double fraction_below(std::uint16_t code) const;
    // How many entries have a larger code: 0 for the largest.
    std::uint64_t count_above(float value) const;

    // By display position.
    std::uint32_t original_row(int row) const; // index of the input feature
    std::uint32_t original_column(int column) const;
    float value(int row, int column) const; // exact
    bool masked(int row, int column) const;

  private:
    struct Coded { // the values as they are stored: what no order and no mask changes
        std::vector<std::uint16_t> codes;     // [in, out]
        std::vector<std::uint32_t> histogram; // of codes, 65,536 entries
        std::vector<std::uint32_t> below;     // entries with a smaller code, 65,536
        float smallest_positive = 0, largest = 0;
    };
    static std::shared_ptr<const Coded> encode(const HeatMapSource& source, const std::stop_token& stop);

    HeatMapSource source_;
    std::vector<Level> levels_;
    std::shared_ptr<const Coded> coded_;
};

} // namespace cdra::widgets
