// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// LiveChart's mouse and keys: read-out, zoom and pan in time.
#include "widgets/live_chart_series.h"
#include "widgets/theme.h"

#include <QChart>
#include <QChartView>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QValueAxis>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

void LiveChart::zoom(double at, double factor) {
    const auto [from, to] = span();
    const double low = x_axis_->min(), high = x_axis_->max();
    double left = at - (at - low) / factor, right = at + (high - at) / factor;
    if (right - left >= (to - from) * 1.02) return setView(std::nullopt);
    if (right - left < (to - from) * 1e-5) return;
    setView(std::pair(left, right));
}

void LiveChart::shift(double by) {
    if (!view_range_) return;
    const auto [from, to] = span();
    const double width = view_range_->second - view_range_->first;
    const double left = std::clamp(view_range_->first + by, std::min(from, 0.0), std::max(std::min(from, 0.0), to - width));
    setView(std::pair(left, left + width));
}

bool LiveChart::onMouse(QEvent* event) {
    const auto place = [&](QPointF position) { return chart_->mapFromScene(view_->mapToScene(position.toPoint())); };
    const QRectF area = chart_->plotArea();
    const auto value = [&](double x) { return x_axis_->min() + (x - area.left()) / area.width() * (x_axis_->max() - x_axis_->min()); };
    switch (event->type()) {
    case QEvent::MouseButtonPress: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        setFocus(Qt::MouseFocusReason);
        if (mouse->button() == Qt::LeftButton && view_range_) grabbed_ = place(mouse->position()).x();
        return false;
    }
    case QEvent::MouseButtonRelease: grabbed_.reset(); return false;
    case QEvent::MouseButtonDblClick: setView(std::nullopt); return true;
    case QEvent::MouseMove: {
        const QPointF at = place(static_cast<QMouseEvent*>(event)->position());
        if (grabbed_) {
            const double by = value(*grabbed_) - value(at.x());
            grabbed_ = at.x();
            shift(by);
        } else if (area.contains(at)) {
            readout_->setText(readout(value(at.x())));
        } else {
            readout_->clear();
        }
        return false;
    }
    case QEvent::Wheel: {
        const auto* wheel = static_cast<QWheelEvent*>(event);
        const QPointF at = place(wheel->position());
        if (!area.contains(at)) return false;
        zoom(value(at.x()), std::pow(1.0015, wheel->angleDelta().y()));
        return true;
    }
    case QEvent::Leave:
        readout_->clear();
        return false;
    default: return false;
    }
}

bool LiveChart::eventFilter(QObject* watched, QEvent* event) {
    if (watched == view_->viewport() && onMouse(event)) return true;
    return QWidget::eventFilter(watched, event);
}

void LiveChart::keyPressEvent(QKeyEvent* event) {
    const double middle = (x_axis_->min() + x_axis_->max()) / 2, tenth = (x_axis_->max() - x_axis_->min()) / 10;
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: return zoom(middle, 1.25);
    case Qt::Key_Minus: return zoom(middle, 0.8);
    case Qt::Key_0: return setView(std::nullopt);
    case Qt::Key_Left: return shift(-tenth);
    case Qt::Key_Right: return shift(tenth);
    default: QWidget::keyPressEvent(event);
    }
}

void LiveChart::paintEvent(QPaintEvent* event) {
    QWidget::paintEvent(event);
    if (!hasFocus()) return;
    QPainter painter(this);
    painter.setPen(QPen(colours::accent(palette()), 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

} // namespace cdra::widgets
