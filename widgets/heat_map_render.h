// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// From a coded matrix to pixels: pure functions, quick enough for the event loop (about 2 ms at 1080p).
#pragma once

#include "widgets/colour_map.h"
#include "widgets/heat_map_image.h"

#include <QImage>
#include <QRectF>
#include <optional>
#include <utility>

namespace cdra::widgets {

// percentile: equal shares of the positive entries get equal shares of the colours.
enum class HeatScale { logarithmic, linear, percentile };

// Code → colour, 65,536 entries. Values at or below range.first get the lowest colour, zero included.
// `image` is needed for HeatScale::percentile.
std::vector<QRgb> colour_lookup(ColourMap map, HeatScale scale, std::pair<float, float> range,
                                const HeatMapImage* image = nullptr);

// The part of the matrix in `cells` (x: columns, y: rows, in cells of level 0; may reach outside, where
// pixels are `ground`; an opaque one makes the picture opaque, which is quicker to paint) drawn onto size.width() ×
// size.height() pixels. Every pixel shows the largest of the cells it covers, so no isolated cell is lost. `mask_colour`:
// painted over pixels with a masked cell. `reuse`: the frame before, moved in: its memory is written again if it fits, which
// saves a few thousand page faults a frame.
QImage render_heat_map(const HeatMapImage& image, const QRectF& cells, QSize size,
                       std::span<const QRgb> lookup, std::optional<QRgb> mask_colour,
                       QRgb ground = 0, QImage reuse = {});

} // namespace cdra::widgets
