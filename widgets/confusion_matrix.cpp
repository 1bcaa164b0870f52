// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/confusion_matrix.h"

#include "widgets/colour_map.h"
#include "widgets/format.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

ConfusionMatrix::ConfusionMatrix(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Confusion matrix"));
}

void ConfusionMatrix::setPredictions(const QStringList& classes, std::span<const std::int32_t> labels,
                                     std::span<const std::int32_t> predicted) {
    classes_ = classes;
    const auto n = std::size_t(classes.size());
    counts_.assign(n * n, 0);
    for (std::size_t i = 0; i < std::min(labels.size(), predicted.size()); ++i)
        if (labels[i] >= 0 && predicted[i] >= 0 && std::size_t(labels[i]) < n &&
            std::size_t(predicted[i]) < n)
            ++counts_[std::size_t(labels[i]) * n + std::size_t(predicted[i])];
    update();
}

void ConfusionMatrix::clear() {
    setPredictions({}, {}, {});
}

std::int64_t ConfusionMatrix::count(int label, int predicted) const {
    return counts_.at(std::size_t(label) * std::size_t(classes_.size()) + std::size_t(predicted));
}

QRect ConfusionMatrix::gridRect() const {
    const QFontMetrics metrics(fonts::small(font()));
    int widest = 0;
    for (const QString& name : classes_)
        widest = std::max(widest, metrics.horizontalAdvance(name));
    const int left = std::min(widest, width() / 4) + metrics.height() + 12;
    const QRect area = rect().adjusted(left, 4, -4, -(2 * metrics.height() + 10));
    const int side = std::max(1, std::min(area.width(), area.height()));
    return {area.left(), area.top(), side, side};
}

bool ConfusionMatrix::cellAt(QPointF position, int& label, int& predicted) const {
    const QRect area = gridRect();
    const int n = int(classes_.size());
    if (n == 0 || !area.contains(position.toPoint())) return false;
    label = std::clamp(int((position.y() - area.top()) / area.height() * n), 0, n - 1);
    predicted = std::clamp(int((position.x() - area.left()) / area.width() * n), 0, n - 1);
    return true;
}

void ConfusionMatrix::paintEvent(QPaintEvent*) {
    const int n = int(classes_.size());
    if (n == 0) return;
    QPainter painter(this);
    const QFont small = fonts::tabular(fonts::small(font()));
    painter.setFont(small);
    const QFontMetricsF metrics(small);
    const QRectF area = gridRect();
    const double cell = area.width() / n;
    for (int row = 0; row < n; ++row) {
        std::int64_t sum = 0;
        for (int column = 0; column < n; ++column)
            sum += count(row, column);
        for (int column = 0; column < n; ++column) {
            const std::int64_t value = count(row, column);
            // The root lifts the few confusions above the many that are right.
            const QRgb colour =
                colour_at(ColourMap::cividis, sum ? std::sqrt(double(value) / double(sum)) : 0);
            const QRectF box(area.left() + column * cell, area.top() + row * cell, cell - (cell > 6 ? 1 : 0),
                             cell - (cell > 6 ? 1 : 0));
            painter.fillRect(box, QColor(colour));
            const QString text = grouped(value);
            if (value > 0 && metrics.horizontalAdvance(text) + 4 < cell && metrics.height() < cell) {
                painter.setPen(QColor(text_on(colour)));
                painter.drawText(box, Qt::AlignCenter, text);
            }
        }
    }
    painter.setPen(colours::muted(palette()));
    const int every = std::max(1, int(std::ceil(metrics.height() / cell)));
    const double room = area.left() - metrics.height() - 12;
    for (int i = 0; i < n; i += every)
        painter.drawText(QRectF(metrics.height() + 6, area.top() + i * cell, room, cell),
                         Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(classes_[i], Qt::ElideRight, room));
    const int across =
        std::max(1, int(std::ceil((metrics.horizontalAdvance(QString::number(n)) + 6) / cell)));
    double widest = 0;
    for (const QString& name : classes_)
        widest = std::max(widest, metrics.horizontalAdvance(name));
    for (int i = 0; i < n; i += across)
        painter.drawText(QRectF(area.left() + i * cell, area.bottom() + 2, cell, metrics.height()),
                         Qt::AlignCenter | Qt::TextDontClip,
                         widest + 4 < cell ? classes_[i] : QString::number(i));
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(
        QRectF(area.left(), area.bottom() + 4 + metrics.height(), area.width(), metrics.height()),
        Qt::AlignCenter, tr("predicted class"));
    plots::paint_vertical_text(painter, {metrics.height() / 2 + 1, area.center().y()}, tr("true class"));
}

void ConfusionMatrix::mousePressEvent(QMouseEvent* event) {
    int label = 0, predicted = 0;
    if (cellAt(event->position(), label, predicted)) emit activated(label, predicted);
}

bool ConfusionMatrix::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        int label = 0, predicted = 0;
        if (!cellAt(help->pos(), label, predicted))
            QToolTip::hideText();
        else
            QToolTip::showText(
                help->globalPos(),
                tr("%1 taken for %2: %3")
                    .arg(classes_[label], classes_[predicted], grouped(count(label, predicted))),
                this);
        return true;
    }
    return QWidget::event(event);
}

std::string ConfusionMatrix::csv() const {
    const auto quoted = [](QString text) { return text.contains(',') ? '"' + text.replace('"', QStringLiteral("\"\"")) + '"' : text; };
    QString text = QStringLiteral("true");
    for (const QString& name : classes_) text += ',' + quoted(name);
    for (int label = 0; label < int(classes_.size()); ++label) {
        text += '\n' + quoted(classes_[label]);
        for (int predicted = 0; predicted < int(classes_.size()); ++predicted) text += ',' + QString::number(count(label, predicted));
    }
    return (text + '\n').toStdString();
}

} // namespace cdra::widgets
