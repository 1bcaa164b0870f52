// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QPointF>
#include <span>
#include <vector>

namespace cdra::widgets {

// At most 4·buckets points that draw the same picture: of each bucket of x the first, lowest, highest and
// last. `points` by ascending x. Points that are not finite are left out.
std::vector<QPointF> decimate(std::span<const QPointF> points, int buckets);

// Exponential moving average with weight `memory` (0 … <1) on the past, corrected for its start.
std::vector<QPointF> smooth(std::span<const QPointF> points, double memory);

} // namespace cdra::widgets
