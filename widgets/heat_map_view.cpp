// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat_map_view.h"

#include "core/base/error.h"
#include "widgets/theme.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace cdra::widgets {
HeatMapView::HeatMapView(QWidget* parent)
    : QWidget(parent),
      builds_([this](std::shared_ptr<const HeatMapImage> image) { accept(std::move(image)); },
              [this](const QString& why) {
                  clear(why);
                  emit failed(why);
              }) {
    setAttribute(Qt::WA_OpaquePaintEvent); // every frame covers all of it
    setMouseTracking(true);
    measure();
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Heat map"));
    setToolTip({});
    setWhatsThis(tr(
        "Wheel or + and − zoom, Shift and dragging zooms into a rectangle, dragging or the arrow keys move, a double "
        "click or 0 shows the whole matrix. Space starts a cross-hair that the arrow keys move. The ends of the colour "
        "bar can be dragged, or moved by the keys [ ] and { }; R resets them."));
}

void HeatMapView::setSource(HeatMapSource source) {
    builds_.request([source = std::move(source), earlier = image_](const std::stop_token& stop) {
        return HeatMapImage::build(source, stop, earlier);
    });
}

void HeatMapView::clear(const QString& message) {
    builds_.cancel();
    image_.reset();
    message_ = message;
    cursor_.reset();
    picture_stale_ = true;
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
    if (scale_ == HeatScale::percentile) return {image_->smallest_positive(), high};
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

void HeatMapView::setRegion(const QRect& cells) {
    region_ = cells;
    update();
}

void HeatMapView::setTitle(const QString& title) {
    title_ = title;
    setAccessibleName(title.isEmpty() ? tr("Heat map") : tr("Heat map of %1").arg(title));
    fitted_ ? fit() : settle();
}

void HeatMapView::measure() {
    const QFontMetrics metrics(fonts::small(font()));
    left_ = metrics.horizontalAdvance(QStringLiteral("8 888")) + metrics.height() + 14;
    right_ = metrics.horizontalAdvance(QStringLiteral("8 × 10⁻⁸⁸")) + 46;
    bottom_ = 2 * metrics.height() + 12;
}

QRect HeatMapView::plotArea() const {
    return rect().adjusted(left_, title_.isEmpty() ? 6 : fontMetrics().height() + 10, -right_, -bottom_);
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
    picture_stale_ = true;
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

HeatCell HeatMapView::cell(int row, int column) const {
    const float value = image_->value(row, column);
    return {row,   column, image_->original_row(row), image_->original_column(column),
            value, image_->masked(row, column), image_->count_above(std::abs(value))};
}

std::optional<HeatCell> HeatMapView::cellAt(QPointF position) const {
    const QRect area = plotArea();
    if (!image_ || !area.contains(position.toPoint())) return std::nullopt;
    const QPointF at = origin_ + (position - area.topLeft()) / zoom_;
    if (at.x() < 0 || at.y() < 0 || at.x() >= image_->columns() || at.y() >= image_->rows()) return std::nullopt;
    return cell(int(at.y()), int(at.x()));
}

QRect HeatMapView::visibleCells() const {
    const QRect area = plotArea();
    const int left = std::max(0, int(origin_.x())), top = std::max(0, int(origin_.y()));
    const int right = std::min(image_->columns(), int(std::ceil(origin_.x() + area.width() / zoom_))),
              bottom = std::min(image_->rows(), int(std::ceil(origin_.y() + area.height() / zoom_)));
    return {left, top, right - left, bottom - top};
}

std::string HeatMapView::csv() const {
    if (!image_) throw InputError("heat map: there is no matrix to copy");
    const QRect cells = visibleCells();
    if (std::int64_t(cells.width()) * cells.height() > most_copied)
        throw InputError("heat map: " + std::to_string(std::int64_t(cells.width()) * cells.height()) +
                         " cells are in view; zoom in until there are at most " + std::to_string(most_copied));
    std::string text = "row";
    for (int c = cells.left(); c <= cells.right(); ++c) text += "," + std::to_string(image_->original_column(c));
    text += "\n";
    char number[32];
    for (int r = cells.top(); r <= cells.bottom(); ++r) {
        text += std::to_string(image_->original_row(r));
        for (int c = cells.left(); c <= cells.right(); ++c) {
            const auto end = std::to_chars(number, number + sizeof number, image_->value(r, c)).ptr;
            text += ',';
            text.append(number, end);
        }
        text += "\n";
    }
    return text;
}

void HeatMapView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) picture_stale_ = true; // its ground is the window's
    if (event->type() == QEvent::FontChange) {
        measure();
        fitted_ ? fit() : settle();
    }
}

void HeatMapView::resizeEvent(QResizeEvent*) {
    fitted_ ? fit() : settle();
}

} // namespace cdra::widgets
