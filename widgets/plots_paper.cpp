// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The panels of the paper's figures.
#include "widgets/format.h"
#include "widgets/plots.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace cdra::widgets::plots {

Frame paint_profile(QPainter& painter, const QRectF& outer, const Style& style,
                    const std::vector<double>& percents, double whole_percent, bool row, bool sorted) {
    double highest = whole_percent;
    for (const double value : percents)
        highest = std::max(highest, value);
    if (highest <= 0) highest = 1;
    Frame frame;
    frame.x1 = double(std::max<std::size_t>(1, percents.size()));
    frame.y1 = highest * profile_headroom;
    frame.area = frame_area(outer, style, frame.y1);
    const QString feature =
        row ? QStringLiteral("row (input feature)") : QStringLiteral("column (output feature)");
    paint_axes(painter, frame, style, sorted ? feature + QStringLiteral(", most sensitive first") : feature,
               QStringLiteral("sensitive (%)"));
    const QColor colour = row ? style.rows : style.columns;
    QColor fill = colour;
    fill.setAlphaF(0.25F);
    paint_steps(painter, frame, percents, colour, style.stroke, fill);
    painter.save();
    painter.setPen(QPen(style.text, 2 * style.stroke, Qt::DotLine));
    const double y = frame.y(whole_percent);
    painter.drawLine(QPointF(frame.area.left(), y), QPointF(frame.area.right(), y));
    painter.setFont(style.small);
    const QFontMetricsF metrics(style.small);
    const QString text = QStringLiteral("whole matrix ") + percent_value(whole_percent);
    // In the upper right corner, clear of the curve where it is sorted, on a little paper where it is not.
    const double width = metrics.horizontalAdvance(text), sample = 16 * style.unit;
    const QRectF label(frame.area.right() - width - sample - 8 * style.unit, frame.area.top(),
                       width + sample + 8 * style.unit, metrics.height());
    QColor paper = style.paper;
    paper.setAlphaF(0.85F);
    painter.fillRect(label, paper);
    painter.drawLine(QPointF(label.left() + 2 * style.unit, label.center().y()),
                     QPointF(label.left() + 2 * style.unit + sample, label.center().y()));
    painter.setPen(style.text);
    painter.drawText(QPointF(label.right() - width - 2 * style.unit, label.top() + metrics.ascent()), text);
    painter.restore();
    return frame;
}

Frame paint_distribution(QPainter& painter, const QRectF& outer, const Style& style,
                         const std::vector<double>& rows, const std::vector<double>& columns,
                         int matrices_per_block) {
    const auto mean = [](const std::vector<double>& v) {
        return v.empty() ? 0 : std::accumulate(v.begin(), v.end(), 0.0) / double(v.size());
    };
    double highest = 1;
    for (const double v : rows)
        highest = std::max(highest, v);
    for (const double v : columns)
        highest = std::max(highest, v);
    const QFontMetricsF metrics(style.small);
    const double u = style.unit;
    Frame frame;
    frame.x1 = double(std::max<std::size_t>(1, rows.size()));
    frame.y1 = highest * 1.05;
    frame.area = frame_area(outer.adjusted(0, metrics.height() + 4 * u, 0, 0), style, frame.y1);
    painter.save();
    if (matrices_per_block > 0) {
        QColor band = style.line;
        band.setAlphaF(0.35F);
        for (std::size_t at = std::size_t(matrices_per_block); at < rows.size();
             at += 2 * std::size_t(matrices_per_block)) {
            const double right = std::min<double>(double(at) + matrices_per_block, double(rows.size()));
            painter.fillRect(QRectF(QPointF(frame.x(double(at)), frame.area.top()),
                                    QPointF(frame.x(right), frame.area.bottom())),
                             band);
        }
    }
    painter.restore();
    const QString size = QStringLiteral("size of the compact sub-matrix");
    const bool room = metrics.horizontalAdvance(size) < outer.height();
    paint_axes(painter, frame, style, QStringLiteral("matrix, block after block"),
               room ? size : QStringLiteral("size"));
    painter.save();
    const auto curve = [&](const std::vector<double>& values, const QColor& colour) {
        QPolygonF line;
        for (std::size_t i = 0; i < values.size(); ++i) line << QPointF(frame.x(double(i) + 0.5), frame.y(values[i]));
        stroke_line(painter, line, QPen(colour, 2 * style.stroke));
        if (frame.area.width() / double(std::max<std::size_t>(1, values.size())) > 4 * u) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            for (std::size_t i = 0; i < values.size(); ++i)
                painter.drawEllipse(QPointF(frame.x(double(i) + 0.5), frame.y(values[i])), 2 * u, 2 * u);
            painter.setBrush(Qt::NoBrush);
        }
        const double y = frame.y(mean(values));
        painter.setPen(QPen(colour, 2 * style.stroke, Qt::DashLine));
        painter.drawLine(QPointF(frame.area.left(), y), QPointF(frame.area.right(), y));
    };
    painter.setRenderHint(QPainter::Antialiasing);
    curve(columns, style.columns);
    curve(rows, style.rows);
    painter.setFont(style.small);
    double x = frame.area.left();
    const double middle = frame.area.top() - 4 * u - metrics.height() / 2;
    const auto entry = [&](const QColor& colour, const QString& text) {
        painter.setPen(QPen(colour, 2 * style.stroke));
        painter.drawLine(QPointF(x, middle), QPointF(x + 16 * u, middle));
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawEllipse(QPointF(x + 8 * u, middle), 2 * u, 2 * u);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(style.text);
        painter.drawText(QPointF(x + 20 * u, middle + metrics.ascent() / 2 - metrics.descent() / 2), text);
        x += 36 * u + metrics.horizontalAdvance(text);
    };
    // "d̄" is a letter and a combining macron, which not every font places well: words beside it.
    entry(style.rows, QStringLiteral("rows d̄, mean %1").arg(decimal(mean(rows), 3)));
    entry(style.columns, QStringLiteral("columns k̄, mean %1").arg(decimal(mean(columns), 3)));
    painter.restore();
    return frame;
}

QImage mask_image(const compact::PlannedMatrix& matrix, int side, const QColor& sensitive,
                  const QColor& paper) {
    const auto rows = std::size_t(matrix.shape.in), columns = std::size_t(matrix.shape.out);
    const std::size_t height = std::min<std::size_t>(rows, std::size_t(side)),
                      width = std::min<std::size_t>(columns, std::size_t(side));
    std::vector<std::uint32_t> row_at(rows), column_at(columns), counts(height * width, 0);
    for (std::size_t i = 0; i < rows; ++i)
        row_at[matrix.reorganised.row_order[i]] = std::uint32_t(i);
    for (std::size_t i = 0; i < columns; ++i)
        column_at[matrix.reorganised.column_order[i]] = std::uint32_t(i);
    for (const std::uint32_t flat : matrix.mask)
        ++counts[row_at[flat % rows] * height / rows * width + column_at[flat / rows] * width / columns];
    const double cells = std::max(1.0, double(rows) / double(height) * double(columns) / double(width));
    QImage image(int(width), int(height), QImage::Format_RGB32);
    for (std::size_t y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(int(y)));
        for (std::size_t x = 0; x < width; ++x) {
            const std::uint32_t count = counts[y * width + x];
            const double strength = count == 0 ? 0 : 0.7 + 0.3 * std::min(1.0, count / cells);
            const auto mix = [&](int from, int to) {
                return int(std::lround(from + strength * (to - from)));
            };
            line[x] = qRgb(mix(paper.red(), sensitive.red()), mix(paper.green(), sensitive.green()),
                           mix(paper.blue(), sensitive.blue()));
        }
    }
    return image;
}

} // namespace cdra::widgets::plots
