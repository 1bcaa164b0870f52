// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Figure 5: d̄ (red) and k̄ (blue) of every matrix, with their means.
#pragma once

#include "core/compact/plan.h"
#include "widgets/chart_export.h"

#include <QWidget>

namespace cdra::widgets {

class DistributionView : public QWidget, public ChartSource {
    Q_OBJECT
  public:
    explicit DistributionView(QWidget* parent = nullptr);
    void setPlan(const compact::CompactPlan& plan);
    void setSizes(const QStringList& names, const std::vector<double>& rows,
                  const std::vector<double>& columns);
    // Another plan's sizes, dotted in the same colours; setSizes() and setPlan() take them away again.
    void setOther(const compact::CompactPlan& plan, const QString& name);
    void clear();
    void setCurrent(int index); // marked; -1: none
    double meanRows() const;
    double meanColumns() const;
    std::string csv() const override;
    QSize sizeHint() const override { return {480, 240}; }
    QSize minimumSizeHint() const override { return {240, 140}; }

  signals:
    void selected(int index); // clicked

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    QRect plotArea() const;
    int indexAt(QPointF position) const;

    QStringList names_;
    std::vector<double> rows_, columns_, other_rows_, other_columns_;
    QString other_name_;
    int current_ = -1, hovered_ = -1;
};

} // namespace cdra::widgets
