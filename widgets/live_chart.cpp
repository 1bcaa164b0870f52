// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/live_chart.h"

#include "widgets/decimate.h"
#include "widgets/format.h"
#include "widgets/plots.h"
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
#include <QMouseEvent>
#include <QVBoxLayout>
#include <QValueAxis>
#include <algorithm>
#include <cmath>
#include <tuple>

namespace cdra::widgets {

struct LiveChart::Series {
    QString name;
    int colour = 0;
    bool markers = false;
    std::vector<QPointF> points;
    QLineSeries* raw = nullptr; // owned by the chart
    QLineSeries* smoothed = nullptr;
};

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

void LiveChart::schedule() {
    if (!redraw_.isActive()) redraw_.start();
}

void LiveChart::flush() {
    redraw_.stop();
    setAxes();
    const int buckets = std::max(50, view_->width() / 2);
    const double factor = percent_ ? 100 : 1;
    int shown = 0;
    for (auto& series : series_) {
        const auto draw = [&](QLineSeries* line, std::span<const QPointF> points) {
            QList<QPointF> list;
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
        for (auto* marker : chart_->legend()->markers(series->raw))
            marker->setVisible(!series->points.empty() && !smoothed);
        for (auto* marker : chart_->legend()->markers(series->smoothed))
            marker->setVisible(smoothed);
        shown += series->points.empty() ? 0 : 1;
    }
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
            left = std::min(left, point.x());
            right = std::max(right, point.x());
            low = std::min(low, point.y() * factor);
            high = std::max(high, point.y() * factor);
        }
    if (!(left <= right))
        std::tie(left, right, low, high) = std::tuple(0.0, 1.0, logarithmic_ ? 0.1 : 0.0, 1.0);
    if (left == right) right = left + 1;
    const auto round = [](QValueAxis* axis, double from, double to, int about) {
        const auto ticks = plots::nice_ticks(from, to, about);
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

bool LiveChart::eventFilter(QObject* watched, QEvent* event) {
    if (watched == view_->viewport()) {
        if (event->type() == QEvent::MouseMove) {
            const QPointF scene = view_->mapToScene(static_cast<QMouseEvent*>(event)->position().toPoint());
            const QPointF in_chart = chart_->mapFromScene(scene);
            const QRectF area = chart_->plotArea();
            if (area.contains(in_chart))
                readout_->setText(readout(x_axis_->min() + (in_chart.x() - area.left()) / area.width() *
                                                               (x_axis_->max() - x_axis_->min())));
            else
                readout_->clear();
        } else if (event->type() == QEvent::Leave) {
            readout_->clear();
        }
    }
    return QWidget::eventFilter(watched, event);
}

void LiveChart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) applyTheme();
    QWidget::changeEvent(event);
}

void LiveChart::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    schedule();
}

} // namespace cdra::widgets
