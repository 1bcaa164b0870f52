// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// HeatMapView's mouse and keys.
#include "widgets/heat_map_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

namespace cdra::widgets {

void HeatMapView::wheelEvent(QWheelEvent* event) {
    zoomAt(event->position(), std::pow(1.0015, event->angleDelta().y()));
    event->accept();
}

HeatMapView::Drag HeatMapView::grip(QPointF position) const {
    if (!image_) return Drag::none;
    const QRect bar = barRect();
    if (bar.adjusted(-6, -8, 14, 8).contains(position.toPoint())) {
        const auto [low, high] = range();
        const double y_low = bar.bottom() - barPosition(double(low)) * bar.height(),
                     y_high = bar.bottom() - barPosition(double(high)) * bar.height();
        // The nearer one; where they meet, the one that can go on in the pointer's direction.
        const double to_low = std::abs(position.y() - y_low), to_high = std::abs(position.y() - y_high);
        return to_low < to_high || (to_low == to_high && position.y() > y_low) ? Drag::low : Drag::high;
    }
    if (box_draggable_ && box_rows_ > 0 && box_columns_ > 0) {
        const QPointF corner = cellPosition(box_columns_, box_rows_);
        if ((position - corner).manhattanLength() < 14) return Drag::box;
    }
    return Drag::none;
}

void HeatMapView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !image_) return QWidget::mousePressEvent(event);
    pressed_ = last_ = event->position();
    dragged_ = false;
    drag_ = grip(event->position());
    if (drag_ == Drag::none) drag_ = event->modifiers() & Qt::ShiftModifier ? Drag::band : Drag::pan;
    if (drag_ == Drag::low || drag_ == Drag::high) dragRange(event->position());
}

void HeatMapView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF position = event->position();
    if (drag_ == Drag::none) {
        const Drag under = grip(position);
        if (under == Drag::box) setCursor(Qt::SizeFDiagCursor);
        else if (under != Drag::none) setCursor(Qt::SizeVerCursor);
        else unsetCursor();
        keyboard_cursor_ = false;
        const auto cell = cellAt(position);
        cursor_ = cell ? std::optional(QPoint(cell->column, cell->row)) : std::nullopt;
        if (cell)
            emit hovered(*cell);
        else
            emit left();
        return update();
    }
    const QPointF moved = position - last_;
    if (!dragged_ && (position - pressed_).manhattanLength() <= 4 && (drag_ == Drag::pan || drag_ == Drag::band)) return;
    dragged_ = true;
    last_ = position;
    switch (drag_) {
    case Drag::pan:
        setCursor(Qt::ClosedHandCursor);
        pan(moved);
        break;
    case Drag::low:
    case Drag::high: dragRange(position); break;
    case Drag::box: {
        const QPointF at = origin_ + (position - plotArea().topLeft()) / zoom_;
        emit boxDragged(std::clamp(at.y(), 1.0, double(image_->rows())), std::clamp(at.x(), 1.0, double(image_->columns())));
        break;
    }
    default: update();
    }
}

void HeatMapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || drag_ == Drag::none) return QWidget::mouseReleaseEvent(event);
    const Drag was = std::exchange(drag_, Drag::none);
    unsetCursor();
    if (was == Drag::box) emit boxDragFinished();
    if (was == Drag::band && dragged_) zoomInto(QRectF(pressed_, event->position()).normalized());
    if (was == Drag::pan && !dragged_)
        if (const auto cell = cellAt(event->position())) emit cellActivated(*cell);
    update();
}

void HeatMapView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (!image_ || !barRect().adjusted(-6, -8, 14, 8).contains(event->position().toPoint())) return fit();
    setRange(std::nullopt);
    emit rangeChanged();
}

void HeatMapView::zoomInto(const QRectF& band) {
    const QRect area = plotArea();
    const QRectF inside = band.intersected(QRectF(area));
    if (!image_ || inside.width() < 2 || inside.height() < 2) return update();
    const QPointF corner = origin_ + (inside.topLeft() - area.topLeft()) / zoom_;
    const QSizeF cells = inside.size() / zoom_;
    zoom_ = std::clamp(std::min(area.width() / cells.width(), area.height() / cells.height()), fitZoom(),
                       std::max(largest_zoom, fitZoom()));
    origin_ = {corner.x() + (cells.width() - area.width() / zoom_) / 2, corner.y() + (cells.height() - area.height() / zoom_) / 2};
    fitted_ = false;
    settle();
    emit viewChanged();
}

void HeatMapView::leaveEvent(QEvent*) {
    if (keyboard_cursor_) return;
    cursor_.reset();
    emit left();
    update();
}

void HeatMapView::moveCursor(int rows, int columns) {
    if (!image_) return;
    const QRect area = plotArea();
    QPoint cell = cursor_.value_or((origin_ + QPointF(area.width(), area.height()) / (2 * zoom_)).toPoint());
    cell = {std::clamp(cell.x() + columns, 0, image_->columns() - 1),
            std::clamp(cell.y() + rows, 0, image_->rows() - 1)};
    cursor_ = cell;
    keyboard_cursor_ = true;
    // Follow the cross-hair out of the view.
    const QPointF seen(area.width() / zoom_, area.height() / zoom_);
    origin_ = {std::clamp(origin_.x(), cell.x() + 1 - seen.x(), double(cell.x())),
               std::clamp(origin_.y(), cell.y() + 1 - seen.y(), double(cell.y()))};
    settle();
    emit hovered(this->cell(cell.y(), cell.x()));
}

void HeatMapView::keyPressEvent(QKeyEvent* event) {
    const QPointF centre = plotArea().center();
    // One cell, or ten with Shift; without a cross-hair a tenth of the view.
    const int cells = event->modifiers() & Qt::ShiftModifier ? 10 : 1;
    const auto move = [&](int rows, int columns) {
        if (keyboard_cursor_)
            moveCursor(rows * cells, columns * cells);
        else
            pan({-columns * plotArea().width() / 10.0, -rows * plotArea().height() / 10.0});
    };
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomAt(centre, 1.25);
        break;
    case Qt::Key_Minus:
        zoomAt(centre, 1 / 1.25);
        break;
    case Qt::Key_0:
        fit();
        break;
    case Qt::Key_BracketLeft:
        nudgeRange(false, -1);
        break;
    case Qt::Key_BracketRight:
        nudgeRange(false, 1);
        break;
    case Qt::Key_BraceLeft:
        nudgeRange(true, -1);
        break;
    case Qt::Key_BraceRight:
        nudgeRange(true, 1);
        break;
    case Qt::Key_R:
        setRange(std::nullopt);
        emit rangeChanged();
        break;
    case Qt::Key_Space:
        moveCursor(0, 0);
        break;
    case Qt::Key_Escape:
        if (!keyboard_cursor_) return QWidget::keyPressEvent(event);
        keyboard_cursor_ = false;
        cursor_.reset();
        emit left();
        update();
        break;
    case Qt::Key_Left:
        move(0, -1);
        break;
    case Qt::Key_Right:
        move(0, 1);
        break;
    case Qt::Key_Up:
        move(-1, 0);
        break;
    case Qt::Key_Down:
        move(1, 0);
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace cdra::widgets
