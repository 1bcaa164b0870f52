// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Colour maps as tables of 256 colours. Colour comes last: values are coded first, so that another map or
// range touches a look-up table and no data.
#pragma once

#include <QRgb>
#include <QString>
#include <array>

namespace cdra::widgets {

enum class ColourMap { cividis, viridis, grey };
inline constexpr std::array<ColourMap, 3> colour_maps = {ColourMap::cividis, ColourMap::viridis,
                                                         ColourMap::grey};

QString name_of(ColourMap map);
const std::array<QRgb, 256>& colour_table(ColourMap map);
// `position` 0 … 1, clamped; not a number gives the lowest colour.
QRgb colour_at(ColourMap map, double position);
// Black or white, whichever reads better on `background`.
QRgb text_on(QRgb background);

} // namespace cdra::widgets
