// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Axes and plots painted with a QPainter, shared by the widgets on screen and the figures in print.
#pragma once

#include "core/compact/plan.h"

#include <QColor>
#include <QFont>
#include <QImage>
#include <QPen>
#include <QPolygonF>
#include <QRectF>
#include <QString>
#include <functional>
#include <utility>
#include <vector>

class QPainter;
class QWidget;

namespace cdra::widgets::plots {

struct Style {
    QColor text, muted, line, paper, rows, columns, sensitive, box;
    QFont font, small; // fonts of pixel or point size, as the painter's unit asks
    double stroke = 1; // hairline
    double unit = 1;   // one pixel of a screen: distances are multiples of it
};
Style screen_style(const QWidget& widget);
Style print_style(); // points on white paper, DejaVu Sans

// Round numbers from `low` to `high`, about `about` of them.
std::vector<double> nice_ticks(double low, double high, int about);
QString tick_text(double value, double step);

// Data window ↔ rectangle, y upwards.
struct Frame {
    QRectF area;
    double x0 = 0, x1 = 1, y0 = 0, y1 = 1;
    double x(double value) const { return area.left() + (value - x0) / (x1 - x0) * area.width(); }
    double y(double value) const { return area.bottom() - (value - y0) / (y1 - y0) * area.height(); }
};
// What remains of `outer` for the data after room for tick labels and titles.
QRectF frame_area(const QRectF& outer, const Style& style, double y_maximum, bool x_title = true);
// Axis lines, ticks with labels, light horizontal grid, titles.
void paint_axes(QPainter& painter, const Frame& frame, const Style& style, const QString& x_title,
                const QString& y_title);
void paint_vertical_text(QPainter& painter, QPointF centre, const QString& text);

// A line through points. On a screen a solid one is drawn piece by piece with round ends: there QPainter takes twenty times as
// long for one long zigzag; on paper it is one path.
void stroke_line(QPainter& painter, const QPolygonF& points, const QPen& pen);
// A step line through values (one a unit of x from 0.5 on), thinned so that every extreme shows.
void paint_steps(QPainter& painter, const Frame& frame, const std::vector<double>& values, const QColor& line,
                 double width, const QColor& fill);
// Room above the highest share, where the dotted line's label stands.
inline constexpr double profile_headroom = 1.2;
// One panel of Figure 2: shares in per cent, the whole matrix's as a dotted line with its number. Returns the
// frame.
Frame paint_profile(QPainter& painter, const QRectF& outer, const Style& style,
                    const std::vector<double>& percents, double whole_percent, bool row, bool sorted);
// Figure 5: d̄ and k̄ by matrix with dashed means. `blocks`: matrices of one block lie together.
Frame paint_distribution(QPainter& painter, const QRectF& outer, const Style& style,
                         const std::vector<double>& rows, const std::vector<double>& columns,
                         int matrices_per_block);

// The reorganised mask with rows down and columns across, at most `side` pixels a side: the share of
// sensitive cells under a pixel as its strength, none of them invisible.
QImage mask_image(const compact::PlannedMatrix& matrix, int side, const QColor& sensitive,
                  const QColor& paper);

} // namespace cdra::widgets::plots
