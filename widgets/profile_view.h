// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Figure 2: share of sensitive weights by row (red) and by column (blue), the whole matrix's as a dotted
// line.
#pragma once

#include "core/sensitivity/profile.h"
#include "widgets/chart_export.h"

#include <QWidget>
#include <optional>

namespace cdra::widgets {

class ProfileView : public QWidget, public ChartSource {
    Q_OBJECT
  public:
    enum Shows { rows = 1, columns = 2, both = 3 };

    explicit ProfileView(QWidget* parent = nullptr);
    void setProfile(const sensitivity::Profile& profile);
    void clear();
    void setSorted(bool sorted); // most sensitive first; default: by index
    bool sorted() const { return sorted_; }
    void setShows(Shows shows); // default: both, rows above columns

    // Shares in per cent, in the order displayed.
    std::vector<double> shownRows() const;
    std::vector<double> shownColumns() const;
    std::string csv() const override;
    QSize sizeHint() const override { return {320, 280}; }
    QSize minimumSizeHint() const override { return {200, 140}; }

  signals:
    // Under the pointer; `index` is the feature's own index whatever the order.
    void hovered(bool row, int index, double share_percent, int count);
    void left();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    struct Panel {
        bool row;
        QRect area;
    };
    std::vector<Panel> panels() const;
    std::vector<double> shown(bool row) const;
    void resort();

    std::optional<sensitivity::Profile> profile_;
    std::vector<std::uint32_t> row_sorted_, column_sorted_; // orders
    bool sorted_ = false;
    Shows shows_ = both;
    std::optional<QPoint> pointer_;
};

} // namespace cdra::widgets
