// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// HeatMapView's colour bar: the whole range of values on the scale's axis, with handles where the colours begin and end.
#include "widgets/format.h"
#include "widgets/heat_map_view.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

std::pair<double, double> HeatMapView::extent() const {
    if (!image_ || image_->largest() <= 0) return {0, 1};
    const double high = double(image_->largest());
    if (scale_ == HeatScale::linear) return {0, high};
    // A handful of vanishing weights must not take most of the bar.
    const double low = double(image_->quantile(0.002));
    return {low > 0 && low < high ? low : high / 1e6, high};
}

double HeatMapView::barPosition(double value) const {
    if (!image_) return 0;
    if (scale_ == HeatScale::percentile)
        return value >= double(image_->largest()) ? 1 : image_->fraction_below(HeatMapImage::code_of(float(value)));
    const auto [low, high] = extent();
    if (scale_ == HeatScale::linear) return std::clamp((value - low) / (high - low), 0.0, 1.0);
    return value <= low ? 0 : std::clamp(std::log(value / low) / std::log(high / low), 0.0, 1.0);
}

double HeatMapView::barValue(double position) const {
    if (!image_) return 0;
    position = std::clamp(position, 0.0, 1.0);
    if (scale_ == HeatScale::percentile) return position >= 1 ? double(image_->largest()) : double(image_->quantile(position));
    const auto [low, high] = extent();
    return scale_ == HeatScale::linear ? low + position * (high - low) : low * std::pow(high / low, position);
}

QRect HeatMapView::barRect() const {
    const QRect area = plotArea();
    int right = area.right();
    // Beside the matrix, not beside the room it might have had.
    if (image_) right = std::min(right, int(cellPosition(image_->columns(), 0).x()));
    return {right + 16, area.top() + 1, 12, area.height() - 2};
}

void HeatMapView::dragRange(QPointF position) {
    const QRect bar = barRect();
    const double at = std::clamp((bar.bottom() - position.y()) / std::max(1, bar.height()), 0.0, 1.0);
    auto [low, high] = range();
    // A hundredth of the bar between the two, so that neither passes the other.
    if (drag_ == Drag::low) low = float(barValue(std::min(at, barPosition(double(high)) - 0.01)));
    else high = float(barValue(std::max(at, barPosition(double(low)) + 0.01)));
    if (!(low < high)) return;
    setRange(std::pair(low, high));
    emit rangeChanged();
}

void HeatMapView::nudgeRange(bool is_high, int steps) {
    if (!image_) return;
    auto [low, high] = range();
    const double from = barPosition(double(is_high ? high : low)) + 0.02 * steps;
    if (is_high) high = float(barValue(std::max(from, barPosition(double(low)) + 0.01)));
    else low = float(barValue(std::min(from, barPosition(double(high)) - 0.01)));
    if (!(low < high)) return;
    setRange(std::pair(low, high));
    emit rangeChanged();
}

void HeatMapView::paintColourBar(QPainter& painter) {
    painter.save();
    const QFont small = fonts::small(font());
    painter.setFont(small);
    const QFontMetricsF metrics(small);
    const QRect bar = barRect();
    if (bar.height() < 8) return painter.restore();
    QImage colours(1, std::min(bar.height(), 256), QImage::Format_RGB32); // a colour map has 256
    for (int y = 0; y < colours.height(); ++y)
        colours.setPixel(0, y, lookup_[HeatMapImage::code_of(float(barValue(1 - (y + 0.5) / colours.height())))]);
    painter.drawImage(bar, colours);
    std::vector<std::pair<double, QString>> labels; // place 0 … 1 from below
    const auto [low, high] = extent();
    const int about = std::max(2, bar.height() / 48);
    if (scale_ == HeatScale::logarithmic) {
        const double from = std::log10(low), to = std::log10(high);
        const double step = std::max(1.0, std::ceil((to - from) / about));
        for (double decade = std::ceil(from); decade <= to; decade += step)
            labels.emplace_back((decade - from) / (to - from), decimal(std::pow(10.0, decade), 1));
        if (labels.size() < 2) labels = {{0, decimal(low, 2)}, {1, decimal(high, 2)}};
    } else if (scale_ == HeatScale::percentile) {
        for (const double part : {0.0, 0.25, 0.5, 0.75, 1.0}) labels.emplace_back(part, decimal(barValue(part), 2));
    } else {
        for (const double tick : plots::nice_ticks(low, high, about)) labels.emplace_back((tick - low) / (high - low), decimal(tick, 2));
    }
    painter.setPen(colours::muted(palette()));
    for (const auto& [place, text] : labels) {
        const double y = bar.bottom() - place * bar.height();
        painter.drawLine(QPointF(bar.right() + 1, y), QPointF(bar.right() + 4, y));
        painter.drawText(QPointF(bar.right() + 13, std::clamp(y + metrics.ascent() / 2 - 1, bar.top() + metrics.ascent(),
                                                              double(bar.bottom()))),
                         text);
    }
    painter.setRenderHint(QPainter::Antialiasing);
    const auto [from, to] = range();
    for (const float end : {from, to}) {
        const double y = bar.bottom() - barPosition(double(end)) * bar.height();
        QPainterPath handle(QPointF(bar.right() + 2, y));
        handle.lineTo(bar.right() + 11, y - 5);
        handle.lineTo(bar.right() + 11, y + 5);
        handle.closeSubpath();
        painter.fillPath(handle, palette().color(QPalette::Text));
        painter.setPen(QPen(palette().color(QPalette::Text), 1));
        painter.drawLine(QPointF(bar.left() - 2, y), QPointF(bar.right() + 2, y));
    }
    painter.restore();
}

} // namespace cdra::widgets
