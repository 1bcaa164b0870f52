// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "widgets/chart_export.h"

#include <QStringList>
#include <QWidget>
#include <cstdint>
#include <span>
#include <vector>

namespace cdra::widgets {

// True classes down, predicted across; coloured by the share of the true class, counts written where they
// fit.
class ConfusionMatrix : public QWidget, public ChartSource {
    Q_OBJECT
  public:
    explicit ConfusionMatrix(QWidget* parent = nullptr);
    // Pairs of equal length with values in 0 … classes.size()-1; others are ignored.
    void setPredictions(const QStringList& classes, std::span<const std::int32_t> labels,
                        std::span<const std::int32_t> predicted);
    void clear();
    std::string csv() const override; // true classes down, predicted across
    std::int64_t count(int label, int predicted) const;
    QSize sizeHint() const override { return {360, 360}; }
    QSize minimumSizeHint() const override { return {200, 200}; }

  signals:
    void activated(int label, int predicted); // clicked

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

  private:
    QRect gridRect() const;
    bool cellAt(QPointF position, int& label, int& predicted) const;

    QStringList classes_;
    std::vector<std::int64_t> counts_; // [label, predicted]
};

} // namespace cdra::widgets
