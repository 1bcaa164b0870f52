// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/distribution_view.h"

#include "widgets/format.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <numeric>

namespace cdra::widgets {
namespace {
double mean(const std::vector<double>& values) {
    return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}
} // namespace

DistributionView::DistributionView(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setAccessibleName(tr("Sizes of the compact sub-matrices"));
}

void DistributionView::setPlan(const compact::CompactPlan& plan) {
    QStringList names;
    std::vector<double> rows, columns;
    for (const auto& matrix : plan.matrices) {
        names += QString::fromStdString(matrix.shape.name);
        rows.push_back(matrix.reorganised.compact_rows);
        columns.push_back(matrix.reorganised.compact_columns);
    }
    setSizes(names, rows, columns);
}

void DistributionView::setSizes(const QStringList& names, const std::vector<double>& rows,
                                const std::vector<double>& columns) {
    names_ = names;
    rows_ = rows;
    columns_ = columns;
    other_rows_.clear();
    other_columns_.clear();
    hovered_ = -1;
    if (current_ >= int(rows_.size())) current_ = -1;
    update();
}

void DistributionView::setOther(const compact::CompactPlan& plan, const QString& name) {
    other_rows_.clear();
    other_columns_.clear();
    other_name_ = name;
    for (const auto& matrix : plan.matrices) {
        other_rows_.push_back(matrix.reorganised.compact_rows);
        other_columns_.push_back(matrix.reorganised.compact_columns);
    }
    update();
}

void DistributionView::clear() {
    setSizes({}, {}, {});
}

void DistributionView::setCurrent(int index) {
    current_ = index;
    update();
}

double DistributionView::meanRows() const {
    return mean(rows_);
}
double DistributionView::meanColumns() const {
    return mean(columns_);
}

std::string DistributionView::csv() const {
    std::string text = "matrix,compact_rows,compact_columns\n";
    for (std::size_t i = 0; i < rows_.size(); ++i)
        text += names_.value(int(i)).toStdString() + "," + QString::number(rows_[i], 'g', 12).toStdString() + "," +
                QString::number(columns_[i], 'g', 12).toStdString() + "\n";
    return text;
}

QRect DistributionView::plotArea() const {
    const plots::Style style = plots::screen_style(*this);
    double highest = 1;
    for (const auto* values : {&rows_, &columns_})
        for (const double value : *values)
            highest = std::max(highest, value);
    return plots::frame_area(rect(), style, highest * 1.05).toRect();
}

int DistributionView::indexAt(QPointF position) const {
    const QRect area = plotArea();
    if (rows_.empty() || !area.contains(position.toPoint())) return -1;
    return std::clamp(int((position.x() - area.left()) / area.width() * double(rows_.size())), 0,
                      int(rows_.size()) - 1);
}

void DistributionView::paintEvent(QPaintEvent*) {
    if (rows_.empty()) return;
    QPainter painter(this);
    const plots::Style style = plots::screen_style(*this);
    const auto frame = plots::paint_distribution(painter, rect(), style, rows_, columns_,
                                                 int(checkpoint::matrix_kinds.size()));
    if (!other_rows_.empty()) {
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        for (const auto& [values, colour] : {std::pair{&other_columns_, style.columns}, std::pair{&other_rows_, style.rows}}) {
            QPolygonF line;
            for (std::size_t i = 0; i < values->size(); ++i) line << QPointF(frame.x(double(i) + 0.5), std::max(frame.area.top(), frame.y((*values)[i])));
            painter.setPen(QPen(colour, 1.4, Qt::DotLine));
            painter.drawPolyline(line);
        }
        painter.setFont(style.small);
        painter.setPen(style.text);
        painter.drawText(QRectF(frame.area.left(), frame.area.top() - QFontMetricsF(style.small).height() - 4, frame.area.width(), QFontMetricsF(style.small).height()),
                         Qt::AlignRight, tr("dotted: %1").arg(other_name_));
        painter.restore();
    }
    const auto mark = [&](int index, Qt::PenStyle pen) {
        if (index < 0 || index >= int(rows_.size())) return;
        painter.setPen(QPen(colours::accent(palette()), 1, pen));
        painter.drawLine(QPointF(frame.x(index + 0.5), frame.area.top()),
                         QPointF(frame.x(index + 0.5), frame.area.bottom()));
    };
    mark(current_, Qt::SolidLine);
    mark(hovered_, Qt::DotLine);
}

void DistributionView::mousePressEvent(QMouseEvent* event) {
    const int index = indexAt(event->position());
    if (index >= 0) emit selected(index);
}

void DistributionView::mouseMoveEvent(QMouseEvent* event) {
    const int index = indexAt(event->position());
    if (index == hovered_) return;
    hovered_ = index;
    update();
    if (index < 0) return QToolTip::hideText();
    const auto at = std::size_t(index);
    QToolTip::showText(
        event->globalPosition().toPoint(),
        tr("%1: %2 rows, %3 columns")
            .arg(names_.value(index), grouped(std::int64_t(rows_[at])), grouped(std::int64_t(columns_[at]))),
        this);
}

void DistributionView::leaveEvent(QEvent*) {
    hovered_ = -1;
    update();
}

} // namespace cdra::widgets
