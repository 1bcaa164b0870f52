// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots.h"

#include "widgets/format.h"
#include "widgets/theme.h"

#include <QPainter>
#include <QPainterPath>
#include <QWidget>
#include <algorithm>
#include <cmath>

namespace cdra::widgets::plots {

Style screen_style(const QWidget& widget) {
    const QPalette& palette = widget.palette();
    Style style;
    style.text = palette.color(QPalette::Text);
    style.muted = colours::muted(palette);
    style.line = colours::line(palette);
    style.paper = palette.color(QPalette::Base);
    style.rows = colours::rows(palette);
    style.columns = colours::columns(palette);
    style.sensitive = colours::sensitive(palette);
    style.box = colours::box(palette);
    style.font = widget.font();
    style.small = fonts::small(widget.font());
    return style;
}

Style print_style() {
    Style style;
    style.text = Qt::black;
    style.muted = QColor(0x33, 0x33, 0x33);
    style.line = QColor(0xd8, 0xd8, 0xd8);
    style.paper = Qt::white;
    style.rows = QColor(0xc8, 0x1e, 0x1e);
    style.columns = QColor(0x1f, 0x4e, 0xb0);
    style.sensitive = QColor(0x1b, 0x3a, 0x6b);
    style.box = QColor(0xe0, 0x10, 0x10);
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setHintingPreference(QFont::PreferNoHinting);
    font.setPixelSize(8);
    style.font = font;
    font.setPixelSize(7);
    style.small = font;
    style.stroke = 0.5;
    style.unit = 0.62;
    return style;
}

std::vector<double> nice_ticks(double low, double high, int about) {
    if (!(high > low)) return {low};
    const double raw = (high - low) / std::max(1, about), power = std::pow(10.0, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0})
        if (raw <= factor * power * 1.0001) {
            step = factor * power;
            break;
        }
    std::vector<double> ticks;
    for (double at = std::ceil(low / step - 1e-9); at * step <= high + step * 1e-9; ++at)
        ticks.push_back(at * step);
    return ticks;
}

QString tick_text(double value, double step) {
    if (step >= 1) return grouped(std::llround(value));
    if (value == 0) return QStringLiteral("0");
    if (step < 1e-4) return decimal(value, 2);
    const int digits = std::max(0, int(std::ceil(-std::log10(step) - 1e-9)));
    return QString::number(value, 'f', digits);
}

namespace {
double step_of(const std::vector<double>& ticks) {
    return ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
}
} // namespace

QRectF frame_area(const QRectF& outer, const Style& style, double y_maximum, bool x_title) {
    const QFontMetricsF metrics(style.small);
    const auto ticks = nice_ticks(0, y_maximum, 4);
    double widest = 0;
    for (const double tick : ticks)
        widest = std::max(widest, metrics.horizontalAdvance(tick_text(tick, step_of(ticks))));
    const double left = widest + metrics.height() + 12 * style.unit;
    const double bottom = metrics.height() * (x_title ? 2 : 1) + 9 * style.unit;
    return outer.adjusted(left, metrics.height() * 0.5 + 2 * style.unit, -8 * style.unit, -bottom);
}

void paint_vertical_text(QPainter& painter, QPointF centre, const QString& text) {
    painter.save();
    painter.translate(centre);
    painter.rotate(-90);
    const QFontMetricsF metrics(painter.font(), painter.device());
    painter.drawText(
        QPointF(-metrics.horizontalAdvance(text) / 2, metrics.ascent() / 2 - metrics.descent() / 2), text);
    painter.restore();
}

void paint_axes(QPainter& painter, const Frame& frame, const Style& style, const QString& x_title,
                const QString& y_title) {
    painter.save();
    painter.setFont(style.small);
    const QFontMetricsF metrics(style.small);
    const double u = style.unit;
    const QRectF& area = frame.area;
    const auto centred = [&](double x, double top, const QString& text) {
        painter.drawText(QPointF(x - metrics.horizontalAdvance(text) / 2, top + metrics.ascent()), text);
    };
    const auto y_ticks =
        nice_ticks(frame.y0, frame.y1, std::clamp(int(area.height() / (2.4 * metrics.height())), 2, 6));
    double widest = 0;
    for (const double tick : y_ticks) {
        const double y = frame.y(tick);
        painter.setPen(QPen(style.line, style.stroke));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        const QString text = tick_text(tick, step_of(y_ticks));
        const double width = metrics.horizontalAdvance(text);
        widest = std::max(widest, width);
        painter.setPen(style.muted);
        painter.drawText(
            QPointF(area.left() - width - 5 * u, y + metrics.ascent() / 2 - metrics.descent() / 2), text);
    }
    // An axis without numbers, of names say, has an empty range.
    std::vector<double> x_ticks;
    if (frame.x1 > frame.x0)
        x_ticks = nice_ticks(frame.x0, frame.x1,
                             std::clamp(int(area.width() / (7 * metrics.averageCharWidth() + 10 * u)), 1, 8));
    for (const double tick : x_ticks) {
        const double x = frame.x(tick);
        painter.setPen(QPen(style.muted, style.stroke));
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3 * u));
        painter.setPen(style.muted);
        centred(x, area.bottom() + 4 * u, tick_text(tick, step_of(x_ticks)));
    }
    painter.setPen(QPen(style.muted, style.stroke));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    painter.drawLine(area.bottomLeft(), area.topLeft());
    painter.setPen(style.text);
    if (!x_title.isEmpty()) centred(area.center().x(), area.bottom() + 5 * u + metrics.height(), x_title);
    if (!y_title.isEmpty())
        paint_vertical_text(painter, {area.left() - widest - 8 * u - metrics.height() / 2, area.center().y()},
                            y_title);
    painter.restore();
}

namespace {

// QPainter's own rasteriser takes ten times as long for one path of a thousand corners as for its pieces.
bool on_screen(const QPainter& painter) {
    const auto* engine = painter.paintEngine();
    return engine != nullptr && engine->type() == QPaintEngine::Raster;
}

} // namespace

void stroke_line(QPainter& painter, const QPolygonF& points, const QPen& pen) {
    painter.setPen(QPen(pen.brush(), pen.widthF(), pen.style(), Qt::RoundCap, Qt::RoundJoin));
    if (!on_screen(painter) || pen.style() != Qt::SolidLine || pen.color().alpha() != 255) return painter.drawPolyline(points);
    for (qsizetype i = 1; i < points.size(); ++i) painter.drawLine(points[i - 1], points[i]);
}

void paint_steps(QPainter& painter, const Frame& frame, const std::vector<double>& values, const QColor& line,
                 double width, const QColor& fill) {
    if (values.empty()) return;
    const std::size_t n = values.size();
    // Two points a bin, its lowest and highest value, once there are more values than the paper can show.
    const auto bins = std::min<std::size_t>(n, std::size_t(std::max(1.0, frame.area.width() * 2)));
    const double ground = frame.y(0);
    QPolygonF steps, top{QPointF(frame.x(0), ground)};
    steps << QPointF(frame.x(0), frame.y(values.front()));
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const std::size_t from = bin * n / bins, to = std::max(from + 1, (bin + 1) * n / bins);
        const auto [low, high] =
            std::minmax_element(values.begin() + std::ptrdiff_t(from), values.begin() + std::ptrdiff_t(to));
        const double left = frame.x(double(from)), right = frame.x(double(to)), y = frame.y(*high);
        if (low != high) steps << QPointF(left, frame.y(*low));
        steps << QPointF(left, y) << QPointF(right, y);
        top << QPointF(left, y) << QPointF(right, y);
    }
    top << QPointF(frame.x(double(n)), ground);
    painter.save();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(line, width, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
    if (on_screen(painter)) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        if (fill.alpha())
            for (qsizetype i = 1; i + 1 < top.size(); i += 2)
                painter.fillRect(QRectF(top[i], QPointF(top[i + 1].x(), ground)), fill);
        painter.drawPolyline(steps);
    } else {
        if (fill.alpha()) {
            QPainterPath area;
            area.addPolygon(top);
            painter.fillPath(area, fill);
        }
        painter.drawPolyline(steps);
    }
    painter.restore();
}

} // namespace cdra::widgets::plots
