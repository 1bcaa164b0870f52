// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/small_multiples.h"

#include "widgets/format.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

QString title_of(Quantity quantity) {
    switch (quantity) {
    case Quantity::sensitive:
        return QObject::tr("sensitive weights");
    case Quantity::sensitive_share:
        return QObject::tr("sensitive share of the matrix");
    case Quantity::density:
        return QObject::tr("density of the compact sub-matrix");
    case Quantity::rank:
        return QObject::tr("rank");
    case Quantity::compact_rows:
        return QObject::tr("rows d̄");
    case Quantity::compact_columns:
        return QObject::tr("columns k̄");
    case Quantity::parameters:
        return QObject::tr("trainable parameters");
    case Quantity::sensitivity:
        return QObject::tr("total sensitivity");
    }
    return {};
}

double value_of(const compact::PlannedMatrix& matrix, Quantity quantity) {
    switch (quantity) {
    case Quantity::sensitive:
        return double(matrix.mask.size());
    case Quantity::sensitive_share:
        return matrix.shape.size() ? double(matrix.mask.size()) / double(matrix.shape.size()) : 0;
    case Quantity::density:
        return matrix.density();
    case Quantity::rank:
        return matrix.rank;
    case Quantity::compact_rows:
        return matrix.reorganised.compact_rows;
    case Quantity::compact_columns:
        return matrix.reorganised.compact_columns;
    case Quantity::parameters:
        return double(matrix.parameters());
    case Quantity::sensitivity:
        return matrix.sensitivity_total;
    }
    return 0;
}

QString text_of(double value, Quantity quantity) {
    switch (quantity) {
    case Quantity::sensitive_share:
    case Quantity::density:
        return percent(value);
    case Quantity::sensitivity:
        return decimal(value);
    default:
        return grouped(std::llround(value));
    }
}

SmallMultiples::SmallMultiples(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("All matrices, blocks by kinds"));
}

void SmallMultiples::setValues(const QStringList& kinds, const std::vector<double>& values,
                               const QString& title, const QStringList& texts) {
    kinds_ = kinds;
    values_ = values;
    title_ = title;
    texts_ = texts;
    quantity_.reset();
    low_ = 0;
    high_ = 0;
    for (const double value : values_)
        if (std::isfinite(value)) high_ = std::max(high_, value);
    if (current_ >= count()) current_ = -1;
    hovered_ = -1;
    updateGeometry();
    update();
}

void SmallMultiples::setPlan(const compact::CompactPlan& plan, Quantity quantity) {
    QStringList kinds;
    for (const auto kind : checkpoint::matrix_kinds)
        kinds += QString::fromUtf8(kind.data(), qsizetype(kind.size()));
    std::vector<double> values;
    QStringList texts;
    for (const auto& matrix : plan.matrices) {
        values.push_back(value_of(matrix, quantity));
        texts += QString::fromStdString(matrix.shape.name) + "\n" + title_of(quantity) + ": " +
                 text_of(values.back(), quantity);
    }
    const bool share = quantity == Quantity::density || quantity == Quantity::sensitive_share;
    setValues(kinds, values, share ? title_of(quantity) + QStringLiteral(" (%)") : title_of(quantity), texts);
    quantity_ = quantity;
}

void SmallMultiples::clear() {
    setValues({}, {}, {});
}

void SmallMultiples::setColourMap(ColourMap map) {
    colours_ = map;
    update();
}

void SmallMultiples::setCurrent(int index) {
    if (index < -1 || index >= count() || index == current_) return;
    current_ = index;
    update();
    if (index >= 0) emit selected(index);
}

int SmallMultiples::blocks() const {
    return kinds_.isEmpty() ? 0 : (count() + int(kinds_.size()) - 1) / int(kinds_.size());
}

QRect SmallMultiples::gridRect() const {
    const QFontMetrics metrics(fonts::small(font()));
    return rect().adjusted(metrics.horizontalAdvance(QStringLiteral("88")) + 10, 2 * metrics.height() + 8, -4,
                           -(metrics.height() + 26));
}

QRect SmallMultiples::cellRect(int index) const {
    if (index < 0 || index >= count()) return {};
    const QRect area = gridRect();
    const int kinds = int(kinds_.size()), rows = blocks(), column = index % kinds, row = index / kinds;
    const int left = area.left() + area.width() * column / kinds,
              right = area.left() + area.width() * (column + 1) / kinds;
    const int top = area.top() + area.height() * row / rows,
              bottom = area.top() + area.height() * (row + 1) / rows;
    const int gap = bottom - top > 10 ? 2 : 1;
    return {left, top, std::max(1, right - left - gap), std::max(1, bottom - top - gap)};
}

int SmallMultiples::indexAt(QPointF position) const {
    for (int i = 0; i < count(); ++i)
        if (cellRect(i).adjusted(0, 0, 2, 2).contains(position.toPoint())) return i;
    return -1;
}

QSize SmallMultiples::sizeHint() const {
    return {280, std::clamp(blocks() * 18 + 96, 200, 560)};
}

QString SmallMultiples::textAt(int index) const {
    if (index < texts_.size()) return texts_[index];
    const int kinds = int(kinds_.size());
    return tr("block %1, %2: %3")
        .arg(index / kinds)
        .arg(kinds_[index % kinds])
        .arg(decimal(values_[std::size_t(index)]));
}

void SmallMultiples::mousePressEvent(QMouseEvent* event) {
    const int index = indexAt(event->position());
    if (index >= 0) setCurrent(index);
}

void SmallMultiples::mouseDoubleClickEvent(QMouseEvent* event) {
    const int index = indexAt(event->position());
    if (index >= 0) emit activated(index);
}

void SmallMultiples::mouseMoveEvent(QMouseEvent* event) {
    const int index = indexAt(event->position());
    if (index == hovered_) return;
    hovered_ = index;
    update();
}

void SmallMultiples::leaveEvent(QEvent*) {
    hovered_ = -1;
    update();
}

void SmallMultiples::keyPressEvent(QKeyEvent* event) {
    const int kinds = int(kinds_.size());
    const auto go = [&](int index) {
        if (index >= 0 && index < count()) setCurrent(index);
    };
    if (values_.empty()) return QWidget::keyPressEvent(event);
    const bool none = current_ < 0;
    switch (event->key()) {
    case Qt::Key_Left:
        go(none ? 0 : current_ % kinds ? current_ - 1 : current_);
        break;
    case Qt::Key_Right:
        go(none ? 0 : current_ % kinds < kinds - 1 ? current_ + 1 : current_);
        break;
    case Qt::Key_Up:
        go(none ? 0 : current_ - kinds);
        break;
    case Qt::Key_Down:
        go(none ? 0 : current_ + kinds);
        break;
    case Qt::Key_Home:
        go(0);
        break;
    case Qt::Key_End:
        go(count() - 1);
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!none) emit activated(current_);
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

std::string SmallMultiples::csv() const {
    std::string text = "block," + kinds_.join(',').toStdString();
    for (int i = 0; i < count(); ++i) {
        if (i % kinds_.size() == 0) text += "\n" + std::to_string(i / kinds_.size());
        text += "," + QString::number(values_[std::size_t(i)], 'g', 9).toStdString();
    }
    return text + "\n";
}

bool SmallMultiples::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int index = indexAt(help->pos());
        if (index >= 0)
            QToolTip::showText(help->globalPos(), textAt(index), this, cellRect(index));
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace cdra::widgets
