// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat_map_view.h"

#include "widgets/format.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
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
    setWhatsThis(tr("Wheel or + and − zoom, dragging or the arrow keys move, a double click or 0 shows the whole matrix. "
                    "Space starts a cross-hair that the arrow keys move."));
}

void HeatMapView::setSource(HeatMapSource source) {
    builds_.request([source = std::move(source)](const std::stop_token& stop) { return HeatMapImage::build(source, stop); });
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
    return std::max(1e-3, std::min({double(area.width()) / image_->columns(), double(area.height()) / image_->rows(), largest_zoom}));
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
        origin_ = {place(origin_.x(), image_->columns(), area.width()), place(origin_.y(), image_->rows(), area.height())};
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

std::optional<HeatCell> HeatMapView::cellAt(QPointF position) const {
    const QRect area = plotArea();
    if (!image_ || !area.contains(position.toPoint())) return std::nullopt;
    const QPointF cell = origin_ + (position - area.topLeft()) / zoom_;
    if (cell.x() < 0 || cell.y() < 0 || cell.x() >= image_->columns() || cell.y() >= image_->rows()) return std::nullopt;
    const int row = int(cell.y()), column = int(cell.x());
    return HeatCell{row, column, image_->original_row(row), image_->original_column(column), image_->value(row, column),
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
    if (cell) emit hovered(*cell);
    else emit left();
    update();
}

void HeatMapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !drag_) return;
    drag_.reset();
    unsetCursor();
    if (!dragged_)
        if (const auto cell = cellAt(event->position())) emit cellActivated(*cell);
}

void HeatMapView::mouseDoubleClickEvent(QMouseEvent*) { fit(); }

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
    cell = {std::clamp(cell.x() + columns, 0, image_->columns() - 1), std::clamp(cell.y() + rows, 0, image_->rows() - 1)};
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
        if (keyboard_cursor_) moveCursor(rows * cells, columns * cells);
        else pan({-columns * plotArea().width() / 10.0, -rows * plotArea().height() / 10.0});
    };
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoomAt(centre, 1.25); break;
    case Qt::Key_Minus: zoomAt(centre, 1 / 1.25); break;
    case Qt::Key_0: fit(); break;
    case Qt::Key_Space: moveCursor(0, 0); break;
    case Qt::Key_Escape:
        if (!keyboard_cursor_) return QWidget::keyPressEvent(event);
        keyboard_cursor_ = false;
        cursor_.reset();
        emit left();
        update();
        break;
    case Qt::Key_Left: move(0, -1); break;
    case Qt::Key_Right: move(0, 1); break;
    case Qt::Key_Up: move(-1, 0); break;
    case Qt::Key_Down: move(1, 0); break;
    default: QWidget::keyPressEvent(event);
    }
}

void HeatMapView::resizeEvent(QResizeEvent*) { fitted_ ? fit() : settle(); }

void HeatMapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRect area = plotArea();
    if (!image_) {
        painter.setPen(colours::muted(palette()));
        painter.drawText(rect().adjusted(grid, grid, -grid, -grid), Qt::AlignCenter | Qt::TextWordWrap,
                         message_.isEmpty() && building() ? tr("Reading …") : message_);
    } else if (area.width() > 8 && area.height() > 8) {
        if (lookup_.empty()) lookup_ = colour_lookup(colours_, scale_, range());
        const double ratio = devicePixelRatioF();
        if (picture_.isNull()) {
            const QSize pixels(int(std::lround(area.width() * ratio)), int(std::lround(area.height() * ratio)));
            std::optional<QRgb> mask;
            if (mask_visible_) mask = qRgb(255, 94, 20); // one warm colour that stands out from every map
            picture_ = render_heat_map(*image_, QRectF(origin_, QSizeF(area.size()) / zoom_), pixels, lookup_, mask);
            picture_.setDevicePixelRatio(ratio);
        }
        painter.drawImage(area.topLeft(), picture_);
        paintOverlays(painter, area);
        paintAxes(painter, area);
        paintColourBar(painter, area);
    }
    if (!title_.isEmpty()) {
        painter.setFont(fonts::heading(font()));
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(QRect(area.left(), 2, width() - area.left() - 4, fontMetrics().height() + 4), Qt::AlignLeft | Qt::AlignVCenter, title_);
    }
    if (hasFocus()) {
        painter.setPen(QPen(colours::accent(palette()), 1));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void HeatMapView::paintOverlays(QPainter& painter, const QRect& area) {
    painter.save();
    painter.setClipRect(area.adjusted(-1, -1, 1, 1));
    const auto at = [&](double column, double row) { return QPointF(area.topLeft()) + (QPointF(column, row) - origin_) * zoom_; };
    painter.setPen(QPen(colours::line(palette()), 1));
    painter.drawRect(QRectF(at(0, 0), at(image_->columns(), image_->rows())).adjusted(-0.5, -0.5, 0.5, 0.5));
    if (box_rows_ > 0 && box_columns_ > 0) {
        painter.setPen(QPen(colours::box(palette()), 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(QRectF(at(0, 0), at(box_columns_, box_rows_)));
    }
    if (cursor_) {
        const QPointF low = at(cursor_->x(), cursor_->y()), high = at(cursor_->x() + 1, cursor_->y() + 1), middle = (low + high) / 2;
        for (const auto& [colour, width] : {std::pair{QColor(0, 0, 0, 150), 3.0}, std::pair{QColor(255, 255, 255, 220), 1.0}}) {
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
    const double left = std::max(0.0, origin_.x()), right = std::min<double>(image_->columns(), origin_.x() + area.width() / zoom_);
    const double top = std::max(0.0, origin_.y()), bottom = std::min<double>(image_->rows(), origin_.y() + area.height() / zoom_);
    const auto x = [&](double column) { return area.left() + (column - origin_.x()) * zoom_; };
    const auto y = [&](double row) { return area.top() + (row - origin_.y()) * zoom_; };
    const QColor muted = colours::muted(palette());
    painter.setPen(muted);
    for (const double tick : plots::nice_ticks(left, right, std::max(1, int((x(right) - x(left)) / 64)))) {
        if (tick != std::floor(tick)) continue;
        painter.drawLine(QPointF(x(tick), y(bottom) + 1), QPointF(x(tick), y(bottom) + 4));
        const QString text = grouped(std::int64_t(tick));
        painter.drawText(QPointF(x(tick) - metrics.horizontalAdvance(text) / 2, y(bottom) + 5 + metrics.ascent()), text);
    }
    double widest = 0;
    for (const double tick : plots::nice_ticks(top, bottom, std::max(1, int((y(bottom) - y(top)) / 48)))) {
        if (tick != std::floor(tick)) continue;
        painter.drawLine(QPointF(x(left) - 4, y(tick)), QPointF(x(left) - 1, y(tick)));
        const QString text = grouped(std::int64_t(tick));
        widest = std::max(widest, metrics.horizontalAdvance(text));
        painter.drawText(QPointF(x(left) - 6 - metrics.horizontalAdvance(text), y(tick) + metrics.ascent() / 2 - 1), text);
    }
    painter.setPen(palette().color(QPalette::Text));
    const QString across = image_->source().column_order.empty() ? tr("columns (output features)") : tr("columns, reordered");
    const QString down = image_->source().row_order.empty() ? tr("rows (input features)") : tr("rows, reordered");
    painter.drawText(QPointF((x(left) + x(right) - metrics.horizontalAdvance(across)) / 2, y(bottom) + 6 + metrics.height() + metrics.ascent()), across);
    if (metrics.horizontalAdvance(down) < area.height())
        plots::paint_vertical_text(painter, {x(left) - widest - 10 - metrics.height() / 2,
            std::clamp((y(top) + y(bottom)) / 2, area.top() + metrics.horizontalAdvance(down) / 2, area.bottom() - metrics.horizontalAdvance(down) / 2)}, down);
    painter.restore();
}

void HeatMapView::paintColourBar(QPainter& painter, const QRect& area) {
    painter.save();
    const QFont small = fonts::small(font());
    painter.setFont(small);
    const QFontMetricsF metrics(small);
    const QRect bar(area.right() + 16, area.top() + 1, 12, area.height() - 2);
    for (int y = 0; y < bar.height(); ++y) {
        painter.setPen(QColor(colour_at(colours_, 1 - double(y) / bar.height())));
        painter.drawLine(bar.left(), bar.top() + y, bar.right(), bar.top() + y);
    }
    const auto [low, high] = range();
    const bool log = scale_ == HeatScale::logarithmic;
    std::vector<std::pair<double, QString>> labels; // place 0 … 1 from below
    if (log) {
        const double from = std::log10(low), to = std::log10(high);
        const double step = std::max(1.0, std::ceil((to - from) / std::max(1.0, bar.height() / 36.0)));
        for (double decade = std::ceil(from); decade <= to; decade += step)
            labels.emplace_back((decade - from) / (to - from), decimal(std::pow(10.0, decade), 1));
        if (labels.empty()) labels = {{0, decimal(low, 2)}, {1, decimal(high, 2)}};
    } else {
        for (const double tick : plots::nice_ticks(low, high, std::max(1, bar.height() / 48)))
            labels.emplace_back((tick - low) / (high - low), decimal(tick, 2));
    }
    painter.setPen(colours::muted(palette()));
    for (const auto& [place, text] : labels) {
        const double y = bar.bottom() - place * bar.height();
        painter.drawLine(QPointF(bar.right() + 1, y), QPointF(bar.right() + 4, y));
        painter.drawText(QPointF(bar.right() + 7, std::clamp(y + metrics.ascent() / 2 - 1, bar.top() + metrics.ascent(), double(bar.bottom()))), text);
    }
    painter.restore();
}

} // namespace cdra::widgets
