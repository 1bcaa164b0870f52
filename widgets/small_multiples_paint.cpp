// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// SmallMultiples' painting.
#include "widgets/format.h"
#include "widgets/small_multiples.h"
#include "widgets/theme.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

// The root, for a few matrices far above the others must not leave those all alike.
double SmallMultiples::position(double value) const {
    return high_ > low_ ? std::sqrt(std::max(0.0, value - low_) / (high_ - low_)) : 0;
}

QString SmallMultiples::cellText(double value) const {
    if (value == 0) return QStringLiteral("0");
    const bool share =
        quantity_ && (*quantity_ == Quantity::density || *quantity_ == Quantity::sensitive_share);
    if (share)
        return value < 0.0005 ? QStringLiteral("<0.1")
                              : QString::number(value * 100, 'f', value < 0.0995 ? 1 : 0);
    return high_ < 1e-3 ? QString() : short_count(value);
}

void SmallMultiples::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (values_.empty()) return;
    const QFont small = fonts::tabular(fonts::small(font()));
    painter.setFont(small);
    const QFontMetrics metrics(small);
    const QRect area = gridRect();
    const int kinds = int(kinds_.size()), rows = blocks();
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(QRect(area.left(), 0, area.width(), metrics.height() + 2),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(title_, Qt::ElideRight, area.width()));
    painter.setPen(colours::muted(palette()));
    for (int k = 0; k < kinds; ++k) {
        const QRect cell = cellRect(k);
        // "attn.proj" is told from "mlp.fc1" by its last word; the full name is in the tooltip.
        const QString name = kinds_[k].section('.', -1);
        painter.drawText(
            QRect(cell.left() - 4, area.top() - metrics.height() - 3, cell.width() + 8, metrics.height()),
            Qt::AlignCenter, name);
    }
    const int every =
        std::max(1, int(std::ceil(double(metrics.height()) * rows / std::max(1, area.height()))));
    for (int row = 0; row < rows; row += every) {
        const QRect cell = cellRect(row * kinds);
        painter.drawText(
            QRect(0, cell.center().y() - metrics.height() / 2, area.left() - 6, metrics.height()),
            Qt::AlignRight | Qt::AlignVCenter, QString::number(row));
    }
    for (int i = 0; i < count(); ++i) {
        const QRect cell = cellRect(i);
        const double value = values_[std::size_t(i)];
        if (!std::isfinite(value)) {
            painter.fillRect(cell, QBrush(colours::line(palette()), Qt::BDiagPattern));
            continue;
        }
        const QRgb colour = colour_at(colours_, position(value));
        painter.fillRect(cell, QColor(colour));
        const QString text = cellText(value);
        if (cell.height() >= metrics.height() && cell.width() >= metrics.horizontalAdvance(text) + 4) {
            painter.setPen(QColor(text_on(colour)));
            painter.drawText(cell, Qt::AlignCenter, text);
        }
    }
    const auto frame = [&](int index, const QColor& colour, int width) {
        if (index < 0) return;
        painter.setPen(
            QPen(palette().color(QPalette::Base), width + 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(cellRect(index).adjusted(-1, -1, 0, 0));
        painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(cellRect(index).adjusted(-1, -1, 0, 0));
    };
    if (hovered_ != current_) frame(hovered_, colours::muted(palette()), 1);
    frame(current_, hasFocus() ? colours::accent(palette()) : palette().color(QPalette::Text), 2);
    paintLegend(painter);
}

void SmallMultiples::paintLegend(QPainter& painter) {
    const QFontMetrics metrics(painter.font());
    const QRect area = gridRect();
    const QRect bar(area.left(), area.bottom() + 10, area.width(), 8);
    for (int x = 0; x < bar.width(); ++x) {
        painter.setPen(QColor(colour_at(colours_, double(x) / bar.width())));
        painter.drawLine(bar.left() + x, bar.top(), bar.left() + x, bar.bottom());
    }
    painter.setPen(colours::muted(palette()));
    const auto text = [&](double value) { return quantity_ ? text_of(value, *quantity_) : decimal(value); };
    const QRect line(bar.left(), bar.bottom() + 2, bar.width(), metrics.height());
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, text(low_));
    painter.drawText(line, Qt::AlignHCenter | Qt::AlignVCenter,
                     text(low_ + (high_ - low_) / 4)); // the root's middle
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, text(high_));
}

} // namespace cdra::widgets
