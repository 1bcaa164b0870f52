// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is the same for every grid of charts: which runs feed it, smoothing, logarithmic loss, and what goes along the x axis.
#pragma once

#include "app/workbench/job_client.h"
#include "widgets/chart_grid.h"

#include <QPointer>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QSlider;

namespace cdra::workbench {

// Appends to the charts what the jobs have and the charts have not seen yet.
class ChartFeed {
  public:
    void start(widgets::ChartGrid* charts, const QList<const JobClient*>& jobs); // clears the charts
    void update();
    void refill(); // everything anew

  private:
    widgets::ChartGrid* charts_ = nullptr;
    QList<QPointer<const JobClient>> jobs_;
    std::vector<QMap<QString, int>> seen_;
};

class ChartTools : public QWidget {
    Q_OBJECT
  public:
    // `prefix` begins the object names: "train-smoothing".
    ChartTools(const QString& prefix, widgets::ChartGrid* charts, QWidget* parent = nullptr);
    ChartFeed& feed() { return feed_; }

  private:
    widgets::ChartGrid* charts_;
    ChartFeed feed_;
    QSlider* smoothing_;
    QCheckBox* logarithmic_;
    QComboBox* axis_;
};

} // namespace cdra::workbench
