// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Method, recipe, launch; the run's charts as they grow.
#pragma once

#include "app/workbench/chart_tools.h"
#include "app/workbench/page.h"

#include <QPointer>

class QListWidget;
class QPlainTextEdit;

namespace cdra::widgets {
class ChartGrid;
}

namespace cdra::workbench {

class MachineLoad;

class TrainPage : public Page {
    Q_OBJECT
  public:
    explicit TrainPage(Workbench& bench, QWidget* parent = nullptr);
    QString notes() const override;
    void show_run(JobClient* job);

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    void follow_load();
    QWidget* build_form();
    QWidget* build_presets();
    QWidget* build_recipe();
    QWidget* build_run();
    QWidget* build_queue();
    void refresh_presets();
    void take_preset(int index);
    void keep_preset();
    void refresh_queue();
    void refresh_launch();
    void refresh_start();
    void refresh_forecast();
    void refresh_run();

    Binder* binder_;
    QPlainTextEdit* command_;
    QLabel* obstacle_;
    QLabel* count_;
    QLabel* run_;
    QLabel* run_state_;
    QPushButton *pause_, *stop_, *resume_, *checkpoint_;
    widgets::ChartGrid* charts_;
    ChartTools* tools_;
    QComboBox* preset_;
    QLabel* forecast_;
    QPushButton* enqueue_;
    QWidget* queue_box_;
    QLabel* queue_title_;
    QPushButton* queue_go_;
    QListWidget* queue_;
    MachineLoad* load_;
    QLabel* load_words_;
    QPointer<JobClient> job_;
};

} // namespace cdra::workbench
