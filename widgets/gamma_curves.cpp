// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/gamma_curves.h"

#include "widgets/format.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace cdra::widgets {

GammaCurves::GammaCurves(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setAccessibleName(tr("Trainable per cent and ranks against γ"));
    setToolTip(tr("What every γ would cost. Press or drag to choose one."));
}

void GammaCurves::setCurves(std::vector<Curve> curves) {
    curves_ = std::move(curves);
    still_ = {};
    update();
}

void GammaCurves::setGamma(double gamma) {
    if (gamma == gamma_) return;
    gamma_ = gamma;
    update();
}

QRect GammaCurves::plotArea() const {
    const QFontMetrics metrics(fonts::small(font()));
    const int side = metrics.horizontalAdvance(QStringLiteral("0.001 %")) + 6;
    return rect().adjusted(side, metrics.height() + 2, -side, -(metrics.height() + 5));
}

double GammaCurves::gammaAt(double x) const {
    const QRect area = plotArea();
    const double place = std::clamp((x - area.left()) / std::max(1, area.width()), 0.0, 1.0);
    return lowest * std::pow(highest / lowest, place);
}

double GammaCurves::xOf(double gamma) const {
    const QRect area = plotArea();
    return area.left() + std::log(std::max(gamma, lowest) / lowest) / std::log(highest / lowest) * area.width();
}

std::optional<double> GammaCurves::percentAt(double gamma) const {
    if (curves_.empty() || curves_.front().points.empty()) return std::nullopt;
    const auto& points = curves_.front().points;
    const auto after = std::ranges::lower_bound(points, gamma, {}, &compact::GammaPoint::gamma);
    if (after == points.begin()) return after->percent;
    if (after == points.end()) return points.back().percent;
    const auto before = std::prev(after);
    const double t = std::log(gamma / before->gamma) / std::log(after->gamma / before->gamma);
    return before->percent + t * (after->percent - before->percent);
}

void GammaCurves::paintCurves(QPainter& painter) const {
    painter.setRenderHint(QPainter::Antialiasing);
    const QRect area = plotArea();
    const QFont small = fonts::tabular(fonts::small(font()));
    const QFontMetrics metrics(small);
    painter.setFont(small);
    // As xOf, for hundreds of points: without measuring the font for each.
    const auto x_of = [&, scale = area.width() / std::log(highest / lowest)](double gamma) {
        return area.left() + std::log(std::max(gamma, lowest) / lowest) * scale;
    };
    const QColor muted = colours::muted(palette()), line = colours::line(palette());
    const auto centred = [&](double x, int baseline, const QString& text) {
        painter.drawText(QPointF(x - metrics.horizontalAdvance(text) / 2.0, baseline), text);
    };
    for (const double decade : {1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0}) {
        painter.setPen(QPen(line, 1));
        painter.drawLine(QPointF(x_of(decade), area.top()), QPointF(x_of(decade), area.bottom()));
        painter.setPen(muted);
        centred(x_of(decade), area.bottom() + 2 + metrics.ascent(), percent(decade, decade < 1e-4 ? 3 : decade < 1e-2 ? 2 : 0));
    }
    painter.setPen(QPen(muted, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    const bool any = !curves_.empty() && curves_.front().points.size() > 1;
    if (any) {
        // Both cover four decades of γ: logarithms, or all would lie on the floor.
        double least = INFINITY, most = 0;
        std::uint64_t ranks = 1;
        for (const auto& curve : curves_)
            for (const auto& point : curve.points) {
                if (point.percent > 0) least = std::min(least, point.percent);
                most = std::max(most, point.percent);
            }
        for (const auto& point : curves_.front().points) ranks = std::max(ranks, point.rank_sum);
        least = std::max(least, most / 1e5);
        const auto y_percent = [&](double value) {
            return area.bottom() - std::log(std::max(value, least) / least) / std::log(std::max(most / least, 1.01)) * area.height();
        };
        const auto y_rank = [&](std::uint64_t value) {
            return area.bottom() - std::log1p(double(value)) / std::log1p(double(ranks)) * area.height();
        };
        const auto draw = [&](const auto& points, auto y, const QColor& colour, double width, Qt::PenStyle style) {
            QPolygonF line;
            for (const auto& point : points) line << QPointF(x_of(point.gamma), y(point));
            plots::stroke_line(painter, line, QPen(colour, width, style));
        };
        const QColor of_percent = colours::series(0, palette()), of_rank = colours::series(1, palette());
        for (std::size_t i = curves_.size(); i-- > 0;)
            draw(curves_[i].points, [&](const auto& p) { return y_percent(p.percent); }, of_percent, i ? 1.2 : 2,
                 i ? Qt::DashLine : Qt::SolidLine);
        draw(curves_.front().points, [&](const auto& p) { return y_rank(p.rank_sum); }, of_rank, 2, Qt::SolidLine);
        painter.setPen(of_percent);
        painter.drawText(QPointF(2, area.top() + metrics.ascent() / 2.0), percent_value(most, 1));
        painter.drawText(QPointF(2, area.bottom()), percent_value(least, 3));
        painter.setPen(of_rank);
        painter.drawText(QPointF(area.right() + 5, area.top() + metrics.ascent() / 2.0), short_count(double(ranks)));
        painter.drawText(QPointF(area.right() + 5, area.bottom()), QStringLiteral("0"));
        double x = area.left();
        const auto entry = [&](const QString& text, const QColor& colour, Qt::PenStyle style) {
            const double middle = metrics.height() / 2.0;
            painter.setPen(QPen(colour, 2, style));
            painter.drawLine(QPointF(x, middle), QPointF(x + 16, middle));
            painter.setPen(palette().color(QPalette::Text));
            painter.drawText(QPointF(x + 20, metrics.ascent()), text);
            x += 32 + metrics.horizontalAdvance(text);
        };
        entry(tr("trainable, %1").arg(curves_.front().name), of_percent, Qt::SolidLine);
        for (std::size_t i = 1; i < curves_.size(); ++i) entry(curves_[i].name, of_percent, Qt::DashLine);
        entry(tr("Σ rank"), of_rank, Qt::SolidLine);
    }
}

void GammaCurves::paintEvent(QPaintEvent*) {
    const double ratio = devicePixelRatioF();
    if (const QSize pixels = (QSizeF(size()) * ratio).toSize(); still_.size() != pixels) {
        still_ = QPixmap(pixels);
        still_.setDevicePixelRatio(ratio);
        still_.fill(palette().color(backgroundRole()));
        QPainter painter(&still_);
        paintCurves(painter);
    }
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawPixmap(0, 0, still_);
    const QRect area = plotArea();
    const QFont small = fonts::tabular(fonts::small(font()));
    const QFontMetrics metrics(small);
    painter.setFont(small);
    const auto mark = [&](double gamma, Qt::PenStyle style) {
        painter.setPen(QPen(colours::accent(palette()), style == Qt::SolidLine ? 2 : 1, style));
        painter.drawLine(QPointF(xOf(gamma), area.top()), QPointF(xOf(gamma), area.bottom()));
    };
    if (gamma_ > 0) mark(gamma_, Qt::SolidLine);
    if (hovered_ && !picking_) {
        mark(*hovered_, Qt::DotLine);
        QString text = tr("γ %1").arg(percent(*hovered_, *hovered_ < 1e-3 ? 3 : 2));
        if (const auto cost = percentAt(*hovered_)) text += tr("  trains %1").arg(percent_value(*cost));
        const double width = metrics.horizontalAdvance(text) + 8;
        const double left = std::min(xOf(*hovered_) + 4, double(area.right()) - width);
        QColor paper = palette().color(QPalette::Window);
        paper.setAlphaF(0.9F);
        painter.fillRect(QRectF(left, area.bottom() - metrics.height() - 2, width, metrics.height()), paper);
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(QPointF(left + 4, area.bottom() - 2 - metrics.descent()), text);
    }
}

void GammaCurves::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    picking_ = true;
    emit gammaPicked(gammaAt(event->position().x()));
}

void GammaCurves::mouseMoveEvent(QMouseEvent* event) {
    if (picking_) return emit gammaPicked(gammaAt(event->position().x()));
    hovered_ = gammaAt(event->position().x());
    update();
}

void GammaCurves::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !picking_) return;
    picking_ = false;
    emit pickingFinished();
}

void GammaCurves::leaveEvent(QEvent*) {
    hovered_.reset();
    update();
}

void GammaCurves::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    still_ = {}; // of another font, palette or language
}

std::string GammaCurves::csv() const {
    std::string text = "strategy,gamma,weights,trainable,percent,rank_sum,without_rank\n";
    for (const auto& curve : curves_)
        for (const auto& point : curve.points) {
            char line[160];
            std::snprintf(line, sizeof line, ",%.9g,%llu,%llu,%.9g,%llu,%d\n", point.gamma, (unsigned long long)point.count,
                          (unsigned long long)point.trainable, point.percent, (unsigned long long)point.rank_sum, point.zero_ranks);
            text += curve.name.toStdString() + line;
        }
    return text;
}

} // namespace cdra::widgets
