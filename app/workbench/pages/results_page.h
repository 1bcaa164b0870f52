// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The runs of the project, what came out of them, and its export.
#pragma once

#include "app/workbench/page.h"
#include "app/workbench/chart_tools.h"

#include <QPointer>

class QTableWidget;
class QTabWidget;

namespace cdra::widgets {
class ChartGrid;
class RunList;
}

namespace cdra::workbench {

class AttentionPanel;
class ChangesPanel;
class ExportPanel;
class MasksPanel;
class PredictionsPanel;

class ResultsPage : public Page {
    Q_OBJECT
  public:
    explicit ResultsPage(Workbench& bench, QWidget* parent = nullptr);
    QString notes() const override;
    bool settled() const override;
    void show_export();
    void show_run(JobClient* job);

  protected:
    void showEvent(QShowEvent* event) override;
    void empty_action() override { emit go_to(Stage::train); }

  private:
    QWidget* build_notes();
    QWidget* build_curves();
    QList<JobClient*> chosen_runs() const; // the shown one first
    void follow_charts();
    void keep_notes();
    void show_notes();
    void show_differences();
    void refresh_runs();
    void put_run(const JobClient* job);
    void load();
    void show_results();
    void fill_results();
    void show_numbers();
    void show_predictions();

    widgets::RunList* runs_;
    QTabWidget* tabs_;
    QTableWidget* numbers_;
    widgets::ChartGrid* charts_;
    ChartTools* tools_;
    PredictionsPanel* predictions_;
    MasksPanel* masks_;
    AttentionPanel* attention_;
    ChangesPanel* changes_;
    QTableWidget* differences_;
    QLineEdit *tags_, *notes_;
    ExportPanel* export_;
    QPointer<JobClient> job_;
    std::shared_ptr<const job::Results> results_;
    struct Facts {
        QString method;
        int epochs = 0;
        QString tags; // written on this page alone
    };
    QMap<QString, Facts> facts_; // by run folder: read once, not at every step of a run
    bool loading_ = false;
};

} // namespace cdra::workbench
