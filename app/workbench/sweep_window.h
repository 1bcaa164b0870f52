// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A sweep (rows × tasks × seeds as a queue of runs) watched and steered: what is done, what came out, pause, stop, go on. The
// sweep itself is a detached 'cdra sweep'; closing this window or the app leaves it running.
#pragma once

#include "app/workbench/job_client.h"
#include "app/workbench/sweep_table.h"
#include "widgets/latest.h"

#include <QThread>
#include <QWidget>

#include <memory>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QSortFilterProxyModel;
class QSpinBox;
class QTableView;

namespace cdra::workbench {

class SweepWindow : public QWidget {
    Q_OBJECT
  public:
    explicit SweepWindow(QWidget* parent = nullptr);
    ~SweepWindow() override;

    // The forms' first values; what was typed stays.
    void suggest(const QString& model);
    // Follows the sweep of a folder, running or not.
    void watch(const QString& folder);
    QString folder() const { return folder_; }
    // 'cdra sweep …' of the form; empty while something is missing.
    QStringList command() const;

  signals:
    void failed(const QString& message);

  private:
    QWidget* build_form();
    QWidget* build_tables();
    QLineEdit* path_field(const QString& object_name, const QString& accessible_name, const QString& hint, bool folder, QWidget** whole);
    void start();
    void follow();
    void refresh();
    void put(const SweepOverview& overview);
    void show_state();
    void filter(const QModelIndex& cell);
    void show_log();

    QString folder_;
    QThread tail_thread_; // before the client that lives on it
    std::unique_ptr<JobClient> job_;
    SweepOverview overview_;
    widgets::LatestOnly<SweepOverview> overviews_;
    widgets::LatestOnly<QString> logs_;

    QLineEdit *file_, *data_, *model_, *out_;
    QSpinBox* jobs_;
    QPushButton *start_, *watch_, *pause_, *stop_, *everything_;
    QLabel *title_, *state_;
    QProgressBar* progress_;
    SweepCells* cells_ = nullptr;
    SweepRuns* runs_;
    QSortFilterProxyModel* shown_runs_;
    QTableView *cell_view_, *run_view_;
    QPlainTextEdit* log_;
};

} // namespace cdra::workbench
