// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// LiveChart's drawing: lines, axes, theme.
#include "widgets/decimate.h"
#include "widgets/live_chart_series.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QChart>
#include <QChartView>
#include <QGraphicsLayout>
#include <QLabel>
#include <QLegend>
#include <QLegendMarker>
#include <QLineSeries>
#include <QLogValueAxis>
#include <QValueAxis>
#include <algorithm>
#include <cmath>
#include <span>
#include <tuple>

namespace cdra::widgets {
namespace {

std::span<const QPointF> part_in(std::span<const QPointF> points, std::pair<double, double> range) {
    const auto by_x = [](const QPointF& p) { return p.x(); };
    auto first = std::ranges::lower_bound(points, range.first, {}, by_x), last = std::ranges::upper_bound(points, range.second, {}, by_x);
    if (first != points.begin()) --first;
    if (last != points.end()) ++last;
    return {first, last};
}

} // namespace

void LiveChart::flush() {
    redraw_.stop();
    setAxes();
    const int buckets = std::max(50, view_->width() / 2);
    const double factor = percent_ ? 100 : 1;
    int shown = 0;
    bool legend_changed = false;
    const auto list_in_legend = [&](QLineSeries* line, bool listed) {
        for (auto* marker : chart_->legend()->markers(line)) {
            legend_changed = legend_changed || marker->isVisible() != listed;
            marker->setVisible(listed);
        }
    };
    for (auto& series : series_) {
        const auto draw = [&](QLineSeries* line, std::span<const QPointF> points) {
            QList<QPointF> list;
            // Thinned for what is in view, with a neighbour on either side so that lines leave it.
            if (view_range_) points = part_in(points, *view_range_);
            for (const QPointF& p : decimate(points, buckets))
                if (!logarithmic_ || p.y() > 0) list.append({p.x(), p.y() * factor});
            line->replace(list);
        };
        draw(series->raw, series->points);
        // A few values, one an epoch say, are not noise: smoothing would only delay them.
        const bool smoothed = smoothing_ > 0 && series->points.size() > 60;
        draw(series->smoothed, smoothed ? smooth(series->points, smoothing_) : std::vector<QPointF>());
        QColor colour = colours::series(series->colour, palette());
        series->smoothed->setPen(QPen(colour, 2));
        if (smoothed) colour.setAlphaF(0.35F);
        series->raw->setPen(QPen(colour, smoothed ? 1 : 2));
        series->raw->setPointsVisible(series->points.size() == 1 ||
                                      (series->markers && series->points.size() <= 60));
        list_in_legend(series->raw, !series->points.empty() && !smoothed);
        list_in_legend(series->smoothed, smoothed);
        shown += series->points.empty() ? 0 : 1;
    }
    // Qt Charts lays a legend out for the entries that it had when it last did.
    if (legend_changed) chart_->legend()->layout()->invalidate();
    chart_->legend()->setVisible(series_.size() > 1 && shown > 0);
    // Numbers on the axes of an empty chart would be made up.
    x_axis_->setLabelsVisible(shown > 0);
    y_axis_->setLabelsVisible(shown > 0);
    if (shown == 0)
        readout_->setText(tr("no values yet"));
    else if (readout_->text() == tr("no values yet"))
        readout_->clear();
}

void LiveChart::setAxes() {
    double left = INFINITY, right = -INFINITY, low = INFINITY, high = -INFINITY;
    const double factor = percent_ ? 100 : 1;
    for (const auto& series : series_)
        for (const QPointF& point : series->points) {
            if (logarithmic_ && point.y() <= 0) continue;
            if (view_range_ && (point.x() < view_range_->first || point.x() > view_range_->second)) continue;
            left = std::min(left, point.x());
            right = std::max(right, point.x());
            low = std::min(low, point.y() * factor);
            high = std::max(high, point.y() * factor);
        }
    if (!(left <= right))
        std::tie(left, right, low, high) = std::tuple(0.0, 1.0, logarithmic_ ? 0.1 : 0.0, 1.0);
    if (left == right) right = left + 1;
    if (left > 0 && left < 0.3 * right) left = 0; // time begins at 0
    if (view_range_) std::tie(left, right) = *view_range_;
    else right += 0.02 * (right - left); // the last marker is drawn whole
    const auto round = [](QValueAxis* axis, double from, double to, int about) {
        // A narrow chart has room for two numbers at least: one alone says nothing.
        auto ticks = plots::nice_ticks(from, to, about);
        for (int more = about + 1; ticks.size() < 2 && more < about + 8; ++more)
            ticks = plots::nice_ticks(from, to, more);
        const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : (to - from);
        axis->setTickType(QValueAxis::TicksDynamic);
        axis->setTickAnchor(0);
        axis->setTickInterval(step);
        axis->setLabelFormat(step >= 1 || step < 1e-4
                                 ? QStringLiteral("%g")
                                 : QStringLiteral("%.%1f").arg(int(std::ceil(-std::log10(step) - 1e-9))));
        axis->setRange(from, to);
    };
    round(x_axis_, left, right, std::clamp(view_->width() / 80, 2, 8));
    if (auto* axis = qobject_cast<QLogValueAxis*>(y_axis_)) {
        if (high <= low * 1.0001) high = low * 1.1;
        axis->setBase(high / low < 40 ? 2 : 10); // so that there are a few numbers along it
        axis->setRange(low / 1.05, high * 1.05);
        axis->setLabelFormat(QStringLiteral("%.3g"));
    } else if (auto* linear = qobject_cast<QValueAxis*>(y_axis_)) {
        const double span = high > low ? high - low : std::max(std::abs(high) * 0.1, 1e-9);
        low = low >= 0 && low < 0.3 * span ? 0 : low - 0.06 * span;
        round(linear, low, high + 0.06 * span, std::clamp(view_->height() / 36, 2, 6));
    }
}

void LiveChart::applyTheme() {
    const QColor text = palette().color(QPalette::Text), muted = colours::muted(palette()),
                 line = colours::line(palette());
    const QFont small = fonts::small(font());
    chart_->setBackgroundBrush(palette().color(QPalette::Base));
    chart_->setBackgroundPen(Qt::NoPen);
    chart_->setPlotAreaBackgroundVisible(false);
    chart_->legend()->setLabelColor(text);
    chart_->legend()->setFont(small);
    view_->setBackgroundBrush(palette().color(QPalette::Base));
    QFont title = small;
    title.setBold(false);
    for (QAbstractAxis* axis : {static_cast<QAbstractAxis*>(x_axis_), y_axis_}) {
        axis->setLabelsColor(muted);
        axis->setLabelsFont(small);
        axis->setTitleFont(title);
        axis->setTitleBrush(muted);
        axis->setGridLinePen(QPen(line, 1));
        axis->setLinePen(QPen(muted, 1));
        axis->setMinorGridLineVisible(false);
        axis->setTitleText(axis == x_axis_ ? x_title_ : y_title_);
    }
    for (auto& series : series_)
        series->raw->setMarkerSize(5);
    schedule(); // the lines take their colours there
}

} // namespace cdra::widgets
