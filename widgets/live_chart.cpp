// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/live_chart.h"

#include "widgets/format.h"
#include "widgets/live_chart_series.h"
#include "widgets/theme.h"

#include <QChart>
#include <QChartView>
#include <QEvent>
#include <QGraphicsLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLegend>
#include <QLegendMarker>
#include <QLineSeries>
#include <QLogValueAxis>
#include <QVBoxLayout>
#include <QValueAxis>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

LiveChart::LiveChart(const QString& title, const QString& x_title, const QString& y_title, QWidget* parent)
    : QWidget(parent), x_title_(x_title), y_title_(y_title), chart_(new QChart),
      view_(new QChartView(chart_)), readout_(new QLabel), x_axis_(new QValueAxis), y_axis_(new QValueAxis) {
    setAccessibleName(title);
    auto* heading = new QLabel(title);
    heading->setFont(fonts::heading(font()));
    readout_->setFont(fonts::tabular(fonts::small(font())));
    readout_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    // A long read-out must not widen the chart.
    readout_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(grid / 2, 0, grid / 2, 0);
    head->addWidget(heading);
    head->addWidget(readout_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(view_, 1);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setRenderHint(QPainter::Antialiasing);
    view_->setMinimumSize(0, 0);
    view_->viewport()->installEventFilter(this);
    view_->setFocusPolicy(Qt::NoFocus);
    setFocusPolicy(Qt::StrongFocus);
    view_->setMouseTracking(true);
    view_->viewport()->setMouseTracking(true);
    chart_->setMargins(QMargins(0, 2, 0, 0));
    chart_->layout()->setContentsMargins(0, 0, 0, 0);
    chart_->setBackgroundRoundness(0);
    chart_->setMinimumSize(0, 0);
    chart_->legend()->setAlignment(Qt::AlignTop);
    chart_->legend()->setMarkerShape(QLegend::MarkerShapeFromSeries);
    chart_->addAxis(x_axis_, Qt::AlignBottom);
    chart_->addAxis(y_axis_, Qt::AlignLeft);
    redraw_.setSingleShot(true);
    redraw_.setInterval(66);
    connect(&redraw_, &QTimer::timeout, this, &LiveChart::flush);
    applyTheme();
    flush();
}

LiveChart::~LiveChart() {
    view_->viewport()->removeEventFilter(this);
}

int LiveChart::addSeries(const QString& name, int colour, bool markers) {
    auto series = std::make_unique<Series>();
    series->name = name;
    series->colour = colour;
    series->markers = markers;
    for (QLineSeries** line : {&series->raw, &series->smoothed}) {
        *line = new QLineSeries;
        chart_->addSeries(*line);
        (*line)->attachAxis(x_axis_);
        (*line)->attachAxis(y_axis_);
        (*line)->setName(name);
    }
    series_.push_back(std::move(series));
    applyTheme();
    return int(series_.size()) - 1;
}

void LiveChart::append(int series, double x, double y) {
    if (!std::isfinite(x) || !std::isfinite(y)) return;
    auto& points = series_.at(std::size_t(series))->points;
    // A resumed run repeats what lay past its checkpoint: later points win.
    while (!points.empty() && points.back().x() >= x)
        points.pop_back();
    points.emplace_back(x, y);
    schedule();
}

void LiveChart::setPoints(int series, std::vector<QPointF> points) {
    std::erase_if(points, [](const QPointF& p) { return !std::isfinite(p.x()) || !std::isfinite(p.y()); });
    series_.at(std::size_t(series))->points = std::move(points);
    schedule();
}

void LiveChart::clearPoints() {
    for (auto& series : series_)
        series->points.clear();
    readout_->clear();
    flush();
}

void LiveChart::clearSeries() {
    for (auto& series : series_)
        for (QLineSeries* line : {series->raw, series->smoothed}) {
            chart_->removeSeries(line);
            delete line;
        }
    series_.clear();
    flush();
}

void LiveChart::setLogarithmic(bool logarithmic) {
    if (logarithmic == logarithmic_) return;
    logarithmic_ = logarithmic;
    chart_->removeAxis(y_axis_);
    delete y_axis_;
    if (logarithmic)
        y_axis_ = new QLogValueAxis;
    else
        y_axis_ = new QValueAxis;
    // A log axis needs a positive range before a series is attached.
    y_axis_->setRange(0.1, 1);
    chart_->addAxis(y_axis_, Qt::AlignLeft);
    for (auto& series : series_)
        for (QLineSeries* line : {series->raw, series->smoothed}) {
            line->clear();
            line->attachAxis(y_axis_);
        }
    applyTheme();
    flush();
}

void LiveChart::setSmoothing(double memory) {
    smoothing_ = std::clamp(memory, 0.0, 0.999);
    applyTheme();
    flush();
}

void LiveChart::setYPercent(bool percent) {
    percent_ = percent;
    schedule();
}

int LiveChart::pointCount(int series) const {
    return int(series_.at(std::size_t(series))->points.size());
}
int LiveChart::drawnCount(int series) const {
    return series_.at(std::size_t(series))->raw->count();
}

void LiveChart::setXTitle(const QString& title) {
    x_title_ = title;
    applyTheme();
}

void LiveChart::setView(std::optional<std::pair<double, double>> view) {
    if (view && !(view->first < view->second)) view.reset();
    view_range_ = view;
    flush();
}

std::pair<double, double> LiveChart::span() const {
    double low = INFINITY, high = -INFINITY;
    for (const auto& series : series_) {
        if (series->points.empty()) continue;
        low = std::min(low, series->points.front().x());
        high = std::max(high, series->points.back().x());
    }
    return low < high ? std::pair(low, high) : std::pair(0.0, 1.0);
}

std::string LiveChart::csv() const {
    const auto quoted = [](QString text) { return text.contains(',') ? '"' + text.replace('"', QStringLiteral("\"\"")) + '"' : text; };
    QString text = QStringLiteral("series,") + quoted(x_title_) + ',' + quoted(y_title_) + '\n';
    for (const auto& series : series_)
        for (const QPointF& p : series->points)
            text += quoted(series->name) + ',' + QString::number(p.x(), 'g', 9) + ',' + QString::number(p.y(), 'g', 9) + '\n';
    return text.toStdString();
}

void LiveChart::schedule() {
    if (!redraw_.isActive()) redraw_.start();
}

QString LiveChart::yText(double y) const {
    return percent_ ? percent(y, 1) : decimal(y, 4);
}

QString LiveChart::readout(double x) const {
    QStringList parts;
    double nearest = x;
    double distance = INFINITY;
    const auto at = [](const std::vector<QPointF>& points, double where) {
        const auto after = std::lower_bound(points.begin(), points.end(), where,
                                            [](const QPointF& p, double value) { return p.x() < value; });
        if (after == points.begin()) return after;
        if (after == points.end() || where - std::prev(after)->x() <= after->x() - where)
            return std::prev(after);
        return after;
    };
    for (const auto& series : series_) {
        if (series->points.empty()) continue;
        const auto point = at(series->points, x);
        if (std::abs(point->x() - x) < distance) {
            distance = std::abs(point->x() - x);
            nearest = point->x();
        }
    }
    for (const auto& series : series_) {
        if (series->points.empty()) continue;
        const QString value = yText(at(series->points, nearest)->y());
        parts += series_.size() > 1 ? series->name + ' ' + value : value;
    }
    return parts.isEmpty() ? QString()
                           : x_title_ + ' ' + QString::number(nearest, 'g', 4) + QStringLiteral(":  ") +
                                 parts.join(QStringLiteral(",  "));
}

void LiveChart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyTheme();
        flush(); // a picture for print is painted at once
    }
    QWidget::changeEvent(event);
}

void LiveChart::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    schedule();
}

} // namespace cdra::widgets
