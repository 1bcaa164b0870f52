// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Trainable parameters stacked by kind of matrix or by block, against a budget.
#pragma once

#include "core/compact/plan.h"

#include <QWidget>

namespace cdra::widgets {

class BudgetBar : public QWidget {
    Q_OBJECT
  public:
    enum class Grouping { kind, block };
    struct Part {
        QString name;
        double parameters = 0;
    };

    explicit BudgetBar(QWidget* parent = nullptr);
    void setPlan(const compact::CompactPlan& plan);
    void clear();
    void setGrouping(Grouping grouping);
    void setBudget(double percent);                           // of the backbone; 0: none
    const std::vector<Part>& parts() const { return parts_; } // vectors and class token last
    QSize sizeHint() const override { return {480, 72}; }
    QSize minimumSizeHint() const override { return {240, 72}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void regroup();
    QRect barRect() const;
    double full() const; // parameters at the bar's right end
    QRectF partRect(std::size_t part) const;

    Grouping grouping_ = Grouping::kind;
    double budget_ = 0, backbone_ = 0, total_ = 0;
    std::vector<Part> by_kind_, by_block_, parts_;
};

} // namespace cdra::widgets
