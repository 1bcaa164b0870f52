// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to datasets: drawing the small grey images of a source on a canvas, in integers alone, so that a picture is
// the same on every machine.
#pragma once

#include "core/base/random.h"

#include <cstdint>
#include <span>
#include <vector>

namespace cdra::datasets {

struct Grey {
    int width = 0, height = 0;
    std::vector<std::uint8_t> pixels; // row-major
};

// Independent draws by number: the n-th is a function of the key and n.
class Draws {
  public:
    explicit Draws(std::uint64_t key) : key_(key) {}
    // 0 to bound - 1 (bound far below 2^32: the bias of the remainder is nothing).
    int below(int bound) { return static_cast<int>(mix_seed(key_, ++count_) % static_cast<std::uint64_t>(bound)); }
    // low to high.
    int between(int low, int high) { return low + below(high - low + 1); }

  private:
    std::uint64_t key_, count_ = 0;
};

// A grey level of 16 to 63 with a texture of ±6 in cells of 4×4 pixels.
Grey background(int side, Draws& draws);

struct Placement {
    int x4 = 0, y4 = 0; // the object's centre in quarter pixels of the canvas
    int size = 28;      // its side on the canvas, pixels
    int turn = 0;       // counter-clockwise, in sixteenths of a full turn
};
// Draws `object` (square) over the canvas: bilinear, two samples a pixel and direction, opaque from a grey value of 64
// on and transparent at 0. Pixels that the object covers by half or more become `mark` in `marks` (canvas-sized, may
// be empty).
void draw(Grey& canvas, const Grey& object, const Placement& where, std::span<std::uint8_t> marks = {},
          std::uint8_t mark = 0);

} // namespace cdra::datasets
