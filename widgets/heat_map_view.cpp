// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat_map_view.h"

#include "widgets/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {
namespace {
constexpr double largest_zoom = 48; // pixels per cell
} // namespace

HeatMapView::HeatMapView(QWidget* parent)
    : QWidget(parent),
      builds_([this](std::shared_ptr<const HeatMapImage> image) { accept(std::move(image)); },
              [this](const QString& why) {
                  clear(why);
                  emit failed(why);
              }) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Heat map"));
    setToolTip({});
    setWhatsThis(tr(
        "Wheel or + and − zoom, dragging or the arrow keys move, a double click or 0 shows the whole matrix. "
        "Space starts a cross-hair that the arrow keys move."));
}

void HeatMapView::setSource(HeatMapSource source) {
    builds_.request([source = std::move(source)](const std::stop_token& stop) {
        return HeatMapImage::build(source, stop);
    });
}

void HeatMapView::clear(const QString& message) {
    builds_.cancel();
    image_.reset();
    message_ = message;
    cursor_.reset();
    picture_ = {};
    update();
}

void HeatMapView::accept(std::shared_ptr<const HeatMapImage> image) {
    const bool same = image_ && image_->rows() == image->rows() && image_->columns() == image->columns();
    image_ = std::move(image);
    message_.clear();
    lookup_.clear();
    if (!same) {
        cursor_.reset();
        keyboard_cursor_ = false;
        fit();
    }
    settle();
    emit built();
}

void HeatMapView::setScale(HeatScale scale) {
    scale_ = scale;
    lookup_.clear();
    settle();
}

void HeatMapView::setColourMap(ColourMap map) {
    colours_ = map;
    lookup_.clear();
    settle();
}

void HeatMapView::setRange(std::optional<std::pair<float, float>> range) {
    range_ = range;
    lookup_.clear();
    settle();
}

std::pair<float, float> HeatMapView::range() const {
    if (range_) return *range_;
    if (!image_) return {0, 1};
    const float high = image_->largest() > 0 ? image_->largest() : 1;
    if (scale_ == HeatScale::linear) return {0, high};
    const float low = image_->quantile(0.2);
    return {low > 0 && low < high ? low : high / 1e6F, high};
}

void HeatMapView::setMaskVisible(bool visible) {
    mask_visible_ = visible;
    settle();
}

void HeatMapView::setBox(int rows, int columns) {
    box_rows_ = rows;
    box_columns_ = columns;
    update();
}

void HeatMapView::setTitle(const QString& title) {
    title_ = title;
    setAccessibleName(title.isEmpty() ? tr("Heat map") : tr("Heat map of %1").arg(title));
    fitted_ ? fit() : settle();
}

QRect HeatMapView::plotArea() const {
    const QFontMetrics metrics(fonts::small(font()));
    const int top = title_.isEmpty() ? 6 : fontMetrics().height() + 10;
    const int left = metrics.horizontalAdvance(QStringLiteral("8 888")) + metrics.height() + 14;
    const int right = metrics.horizontalAdvance(QStringLiteral("8 × 10⁻⁸⁸")) + 36;
    return rect().adjusted(left, top, -right, -(2 * metrics.height() + 12));
}

double HeatMapView::fitZoom() const {
    if (!image_) return 1;
    const QRect area = plotArea();
    return std::max(1e-3, std::min({double(area.width()) / image_->columns(),
                                    double(area.height()) / image_->rows(), largest_zoom}));
}

void HeatMapView::fit() {
    fitted_ = true;
    zoom_ = fitZoom();
    settle();
    emit viewChanged();
}

void HeatMapView::settle() {
    picture_ = {};
    if (image_) {
        const QRect area = plotArea();
        const auto place = [&](double origin, double cells, double pixels) {
            const double visible = pixels / zoom_;
            return cells <= visible ? (cells - visible) / 2 : std::clamp(origin, 0.0, cells - visible);
        };
        origin_ = {place(origin_.x(), image_->columns(), area.width()),
                   place(origin_.y(), image_->rows(), area.height())};
    }
    update();
}

void HeatMapView::zoomAt(QPointF position, double factor) {
    if (!image_) return;
    const double smallest = fitZoom();
    const double zoom = std::clamp(zoom_ * factor, smallest, std::max(largest_zoom, smallest));
    const QPointF at = position - plotArea().topLeft();
    origin_ += at / zoom_ - at / zoom;
    zoom_ = zoom;
    fitted_ = zoom <= smallest * 1.0001;
    settle();
    emit viewChanged();
}

void HeatMapView::pan(QPointF pixels) {
    origin_ -= pixels / zoom_;
    settle();
    emit viewChanged();
}

QPointF HeatMapView::cellPosition(double column, double row) const {
    return QPointF(plotArea().topLeft()) + (QPointF(column, row) - origin_) * zoom_;
}

std::optional<HeatCell> HeatMapView::cellAt(QPointF position) const {
    const QRect area = plotArea();
    if (!image_ || !area.contains(position.toPoint())) return std::nullopt;
    const QPointF cell = origin_ + (position - area.topLeft()) / zoom_;
    if (cell.x() < 0 || cell.y() < 0 || cell.x() >= image_->columns() || cell.y() >= image_->rows())
        return std::nullopt;
    const int row = int(cell.y()), column = int(cell.x());
    return HeatCell{row,
                    column,
                    image_->original_row(row),
                    image_->original_column(column),
                    image_->value(row, column),
                    image_->masked(row, column)};
}

void HeatMapView::wheelEvent(QWheelEvent* event) {
    zoomAt(event->position(), std::pow(1.0015, event->angleDelta().y()));
    event->accept();
}

void HeatMapView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    drag_ = event->position();
    dragged_ = false;
}

void HeatMapView::mouseMoveEvent(QMouseEvent* event) {
    if (drag_) {
        const QPointF moved = event->position() - *drag_;
        if (dragged_ || moved.manhattanLength() > 4) {
            dragged_ = true;
            setCursor(Qt::ClosedHandCursor);
            drag_ = event->position();
            pan(moved);
        }
        return;
    }
    keyboard_cursor_ = false;
    const auto cell = cellAt(event->position());
    cursor_ = cell ? std::optional(QPoint(cell->column, cell->row)) : std::nullopt;
    if (cell)
        emit hovered(*cell);
    else
        emit left();
    update();
}

void HeatMapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !drag_) return;
    drag_.reset();
    unsetCursor();
    if (!dragged_)
        if (const auto cell = cellAt(event->position())) emit cellActivated(*cell);
}

void HeatMapView::mouseDoubleClickEvent(QMouseEvent*) {
    fit();
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
    emit hovered({cell.y(), cell.x(), image_->original_row(cell.y()), image_->original_column(cell.x()),
                  image_->value(cell.y(), cell.x()), image_->masked(cell.y(), cell.x())});
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

void HeatMapView::resizeEvent(QResizeEvent*) {
    fitted_ ? fit() : settle();
}

} // namespace cdra::widgets
