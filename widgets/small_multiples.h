// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Overview of all matrices: blocks down, the six kinds across, one coloured cell each. Selection by mouse and
// arrow keys; hover reads out.
#pragma once

#include "core/compact/plan.h"
#include "widgets/chart_export.h"
#include "widgets/colour_map.h"

#include <QWidget>

namespace cdra::widgets {

enum class Quantity {
    sensitive,
    sensitive_share,
    density,
    rank,
    compact_rows,
    compact_columns,
    parameters,
    sensitivity
};
inline constexpr std::array<Quantity, 8> quantities = {
    Quantity::sensitive,    Quantity::sensitive_share, Quantity::density,    Quantity::rank,
    Quantity::compact_rows, Quantity::compact_columns, Quantity::parameters, Quantity::sensitivity};
QString title_of(Quantity quantity); // "sensitive weights"
double value_of(const compact::PlannedMatrix& matrix, Quantity quantity);
QString text_of(double value, Quantity quantity); // with unit

class SmallMultiples : public QWidget, public ChartSource {
    Q_OBJECT
  public:
    explicit SmallMultiples(QWidget* parent = nullptr);

    // Values in tensor order: block after block, `kinds` within. `texts` (hover) may be empty.
    void setValues(const QStringList& kinds, const std::vector<double>& values, const QString& title,
                   const QStringList& texts = {});
    void setPlan(const compact::CompactPlan& plan, Quantity quantity);
    void clear();
    void setColourMap(ColourMap map);

    int count() const { return int(values_.size()); }
    int current() const { return current_; } // -1: none
    void setCurrent(int index);              // emits selected() if it changed
    QRect cellRect(int index) const;
    std::string csv() const override; // blocks down, kinds across
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {200, 160}; }

  signals:
    void selected(int index);  // tensor order
    void activated(int index); // double click or Return

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

  private:
    int indexAt(QPointF position) const;
    int blocks() const;
    QRect gridRect() const;
    QString textAt(int index) const;
    QString cellText(double value) const;
    double position(double value) const; // 0 … 1 on the colour map
    void paintLegend(QPainter& painter);

    QStringList kinds_, texts_;
    std::vector<double> values_;
    QString title_;
    std::optional<Quantity> quantity_;
    ColourMap colours_ = ColourMap::cividis;
    double low_ = 0, high_ = 1;
    int current_ = -1, hovered_ = -1;
};

} // namespace cdra::widgets
