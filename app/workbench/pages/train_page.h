// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Method, recipe, launch; the run's charts as they grow.
#pragma once

#include "app/workbench/page.h"

#include <QPointer>

class QPlainTextEdit;

namespace cdra::widgets {
class ChartGrid;
}

namespace cdra::workbench {

// Appends to the charts what `job` has and they have not seen yet.
class ChartFeed {
  public:
    void start(widgets::ChartGrid* charts, const JobClient* job); // clears the charts
    void update();

  private:
    widgets::ChartGrid* charts_ = nullptr;
    QPointer<const JobClient> job_;
    QMap<QString, int> seen_;
};

class TrainPage : public Page {
    Q_OBJECT
  public:
    explicit TrainPage(Workbench& bench, QWidget* parent = nullptr);
    QString notes() const override;
    void show_run(JobClient* job);

  private:
    QWidget* build_form();
    QWidget* build_recipe();
    QWidget* build_run();
    void refresh_launch();
    void refresh_run();

    Binder* binder_;
    QPlainTextEdit* command_;
    QLabel* obstacle_;
    QLabel* count_;
    QLabel* run_;
    QLabel* run_state_;
    QPushButton *pause_, *stop_, *resume_, *checkpoint_;
    widgets::ChartGrid* charts_;
    QPointer<JobClient> job_;
    ChartFeed feed_;
};

} // namespace cdra::workbench
