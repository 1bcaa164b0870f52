// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What LiveChart keeps of one series.
#pragma once

#include "widgets/live_chart.h"

namespace cdra::widgets {

struct LiveChart::Series {
    QString name;
    int colour = 0;
    bool markers = false;
    std::vector<QPointF> points;
    QLineSeries* raw = nullptr; // owned by the chart
    QLineSeries* smoothed = nullptr;
};

} // namespace cdra::widgets
