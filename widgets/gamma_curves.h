// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What every γ would cost: trainable per cent of the backbone and Σ rank against γ, on the slider's own logarithmic axis.
// Pressing or dragging in it picks a γ.
#pragma once

#include "core/compact/gamma_curve.h"
#include "widgets/chart_export.h"

#include <QPixmap>
#include <QWidget>
#include <optional>

namespace cdra::widgets {

class GammaCurves : public QWidget, public ChartSource {
    Q_OBJECT
  public:
    struct Curve {
        QString name; // the strategy
        std::vector<compact::GammaPoint> points;
    };
    explicit GammaCurves(QWidget* parent = nullptr);
    // The first is the strategy in force; the others are drawn beside it, dashed, trainable per cent only.
    void setCurves(std::vector<Curve> curves);
    void clear() { setCurves({}); }
    void setGamma(double gamma); // marked; 0: none
    const std::vector<Curve>& curves() const { return curves_; }
    // Of the first curve, interpolated in log γ; nothing without a curve.
    std::optional<double> percentAt(double gamma) const;

    static constexpr double lowest = 1e-5, highest = 1; // γ at the ends of the axis
    QRect plotArea() const;
    double gammaAt(double x) const;  // widget coordinate to γ
    double xOf(double gamma) const;
    std::string csv() const override;
    QSize sizeHint() const override { return {400, 96}; }
    QSize minimumSizeHint() const override { return {240, 88}; }

  signals:
    void gammaPicked(double gamma); // live
    void pickingFinished();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void paintCurves(QPainter& painter) const;

    std::vector<Curve> curves_;
    QPixmap still_; // axes and curves, which stay while γ is dragged; null: to be painted
    double gamma_ = 0;
    bool picking_ = false;
    std::optional<double> hovered_;
};

} // namespace cdra::widgets
