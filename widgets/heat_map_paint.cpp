// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// HeatMapView's painting: the cached picture, then overlays, axes and colour bar.
#include "widgets/format.h"
#include "widgets/heat_map_view.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

void HeatMapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRect area = plotArea();
    const bool pictured = image_ && area.width() > 8 && area.height() > 8;
    QRect inside; // the matrix, as far as it is in view
    if (pictured) inside = area & QRectF(cellPosition(0, 0), cellPosition(image_->columns(), image_->rows())).toAlignedRect();
    // Nothing is erased before (WA_OpaquePaintEvent): around the picture here, instead of every pixel twice.
    for (const QRect& around : QRegion(rect()).subtracted(inside)) painter.fillRect(around, palette().brush(backgroundRole()));
    if (!image_) {
        painter.setPen(colours::muted(palette()));
        painter.drawText(rect().adjusted(grid, grid, -grid, -grid), Qt::AlignCenter | Qt::TextWordWrap,
                         message_.isEmpty() && building() ? tr("Reading …") : message_);
    } else if (pictured) {
        if (lookup_.empty()) lookup_ = colour_lookup(colours_, scale_, range(), image_.get());
        const double ratio = devicePixelRatioF();
        if (picture_stale_) {
            const QSize pixels(int(std::lround(inside.width() * ratio)), int(std::lround(inside.height() * ratio)));
            const QPointF first = origin_ + QPointF(inside.topLeft() - area.topLeft()) / zoom_;
            std::optional<QRgb> mask;
            if (mask_visible_) mask = qRgb(255, 94, 20); // one warm colour that stands out from every map
            // While zooming every frame has another size; the memory stays, large enough for all of them.
            const double most = (area.width() * ratio + 1) * (area.height() * ratio + 1);
            if (frame_.size() < std::size_t(most)) frame_.assign(std::size_t(most), 0);
            picture_ = QImage(reinterpret_cast<uchar*>(frame_.data()), pixels.width(), pixels.height(), QImage::Format_RGB32);
            picture_ = render_heat_map(*image_, QRectF(first, QSizeF(inside.size()) / zoom_), pixels, lookup_, mask,
                                       palette().color(backgroundRole()).rgb(), std::move(picture_));
            picture_.setDevicePixelRatio(ratio);
            picture_stale_ = false;
        }
        painter.drawImage(inside.topLeft(), picture_);
        paintOverlays(painter, area);
        paintAxes(painter, area);
        paintColourBar(painter);
    }
    if (!title_.isEmpty()) {
        painter.setFont(fonts::heading(font()));
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(QRect(area.left(), 2, width() - area.left() - 4, fontMetrics().height() + 4),
                         Qt::AlignLeft | Qt::AlignVCenter, title_);
    }
    if (hasFocus()) {
        painter.setPen(QPen(colours::accent(palette()), 1));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void HeatMapView::paintOverlays(QPainter& painter, const QRect& area) {
    painter.save();
    painter.setClipRect(area.adjusted(-1, -1, 1, 1));
    const auto at = [&](double column, double row) { return cellPosition(column, row); };
    painter.setPen(QPen(colours::line(palette()), 1));
    painter.drawRect(QRectF(at(0, 0), at(image_->columns(), image_->rows())).adjusted(-0.5, -0.5, 0.5, 0.5));
    const QColor red = colours::box(palette());
    if (!region_.isEmpty()) {
        const QRectF region(at(region_.left(), region_.top()), at(region_.right() + 1, region_.bottom() + 1));
        painter.fillRect(region, QBrush(red, Qt::BDiagPattern));
        painter.setPen(QPen(red, 2, Qt::DashLine));
        painter.drawRect(region);
    }
    if (box_rows_ > 0 && box_columns_ > 0) {
        painter.setPen(QPen(red, 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(QRectF(at(0, 0), at(box_columns_, box_rows_)));
        if (box_draggable_) {
            const QPointF corner = at(box_columns_, box_rows_);
            painter.fillRect(QRectF(corner - QPointF(4, 4), QSizeF(8, 8)), red);
        }
    }
    if (drag_ == Drag::band && dragged_) {
        QColor inside = colours::accent(palette());
        painter.setPen(QPen(inside, 1));
        inside.setAlphaF(0.2F);
        painter.fillRect(QRectF(pressed_, last_).normalized(), inside);
        painter.drawRect(QRectF(pressed_, last_).normalized());
    }
    if (cursor_) {
        const QPointF low = at(cursor_->x(), cursor_->y()), high = at(cursor_->x() + 1, cursor_->y() + 1),
                      middle = (low + high) / 2;
        for (const auto& [colour, width] :
             {std::pair{QColor(0, 0, 0, 150), 3.0}, std::pair{QColor(255, 255, 255, 220), 1.0}}) {
            painter.setPen(QPen(colour, width));
            painter.drawLine(QPointF(area.left(), middle.y()), QPointF(low.x() - 4, middle.y()));
            painter.drawLine(QPointF(high.x() + 4, middle.y()), QPointF(area.right(), middle.y()));
            painter.drawLine(QPointF(middle.x(), area.top()), QPointF(middle.x(), low.y() - 4));
            painter.drawLine(QPointF(middle.x(), high.y() + 4), QPointF(middle.x(), area.bottom()));
        }
    }
    painter.restore();
}

void HeatMapView::paintAxes(QPainter& painter, const QRect& area) {
    painter.save();
    const QFont small = fonts::small(font());
    painter.setFont(small);
    const QFontMetricsF metrics(small);
    // Along the visible part of the matrix.
    const double left = std::max(0.0, origin_.x()),
                 right = std::min<double>(image_->columns(), origin_.x() + area.width() / zoom_);
    const double top = std::max(0.0, origin_.y()),
                 bottom = std::min<double>(image_->rows(), origin_.y() + area.height() / zoom_);
    const auto x = [&](double column) { return area.left() + (column - origin_.x()) * zoom_; };
    const auto y = [&](double row) { return area.top() + (row - origin_.y()) * zoom_; };
    const QColor muted = colours::muted(palette());
    painter.setPen(muted);
    for (const double tick : plots::nice_ticks(left, right, std::max(1, int((x(right) - x(left)) / 64)))) {
        if (tick != std::floor(tick)) continue;
        painter.drawLine(QPointF(x(tick), y(bottom) + 1), QPointF(x(tick), y(bottom) + 4));
        const QString text = grouped(std::int64_t(tick));
        painter.drawText(
            QPointF(x(tick) - metrics.horizontalAdvance(text) / 2, y(bottom) + 5 + metrics.ascent()), text);
    }
    double widest = 0;
    for (const double tick : plots::nice_ticks(top, bottom, std::max(1, int((y(bottom) - y(top)) / 48)))) {
        if (tick != std::floor(tick)) continue;
        painter.drawLine(QPointF(x(left) - 4, y(tick)), QPointF(x(left) - 1, y(tick)));
        const QString text = grouped(std::int64_t(tick));
        widest = std::max(widest, metrics.horizontalAdvance(text));
        painter.drawText(
            QPointF(x(left) - 6 - metrics.horizontalAdvance(text), y(tick) + metrics.ascent() / 2 - 1), text);
    }
    painter.setPen(palette().color(QPalette::Text));
    const QString across =
        image_->source().column_order.empty() ? tr("columns (output features)") : tr("columns, reordered");
    const QString down =
        image_->source().row_order.empty() ? tr("rows (input features)") : tr("rows, reordered");
    painter.drawText(QPointF((x(left) + x(right) - metrics.horizontalAdvance(across)) / 2,
                             y(bottom) + 6 + metrics.height() + metrics.ascent()),
                     across);
    if (metrics.horizontalAdvance(down) < area.height())
        plots::paint_vertical_text(
            painter,
            {x(left) - widest - 10 - metrics.height() / 2,
             std::clamp((y(top) + y(bottom)) / 2, area.top() + metrics.horizontalAdvance(down) / 2,
                        area.bottom() - metrics.horizontalAdvance(down) / 2)},
            down);
    painter.restore();
}

} // namespace cdra::widgets
