// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Starts and steers the long work of the open project; the one place where pages, menus and the job bar ask for it.
#pragma once

#include "app/workbench/forecast.h"
#include "app/workbench/run_queue.h"
#include "core/compact/plan.h"
#include "widgets/latest.h"

#include <QMap>
#include <QObject>
#include <QString>
#include <QStringList>

#include <memory>

namespace cdra::workbench {

class JobClient;
class JobHub;
class ProjectDocument;
class Road;

class Runner : public QObject {
    Q_OBJECT
  public:
    Runner(ProjectDocument& document, Road& road, JobHub& hub, QObject* parent = nullptr);

    // What compute_sensitivity() and train() will run, for display. Empty while the project can't be run.
    QStringList next_sensitivity_command() const;
    QStringList next_train_command() const;
    // Why training can't start; empty if it can.
    QString training_obstacle() const;

    void compute_sensitivity();
    void train();
    // Beside a run that is at work a second one would slow both: it waits in the queue.
    void train_or_enqueue();
    // Freezes what train() would start now and puts it behind what is running or waiting.
    void enqueue();
    RunQueue& queue() { return queue_; }
    // Of the run that train() would start; nothing without an earlier one to judge by.
    std::optional<Forecast> next_forecast() const;
    void pause(JobClient* job);  // or goes on, if it is paused
    void stop(JobClient* job);
    void resume(JobClient* job); // a stopped, failed or dead run
    void checkpoint(JobClient* job);

    // Runs a short `cdra` command (export, merge) beside the window; finished() tells the outcome.
    void run_short(const QString& what, const QStringList& arguments);
    // The same for whoever asks: `then` is called once, unless `asker` is gone by then.
    void run_short(const QStringList& arguments, QObject* asker, std::function<void(bool ok, const QString& output)> then);

    // Figures 2, 4 and 5 of a plan as PNG, SVG, PDF and CSV, drawn on a worker; told() or failed() follows.
    void export_figures(std::shared_ptr<const compact::CompactPlan> plan, const QString& folder);

    // Where an untitled project goes when it must have a folder.
    static QString default_parent();

  signals:
    void failed(const QString& message);  // what went wrong and what to do
    void told(const QString& message);    // something worth knowing
    void started(cdra::workbench::JobClient* job);
    void figures_exported(const QString& folder);
    void short_finished(const QString& what, bool ok, const QString& output);

  private:
    bool ensure_saved();
    std::int64_t training_images() const; // 0: not known
    QString own_map() const; // the map, if the method makes its plan of it itself
    bool wants_plan() const; // the plan of the page is given to the method
    void remember_forecast(JobClient* job);
    QString next_run() const;  // folder
    QString next_sensitivity() const; // name, "sensitivity-3"

    ProjectDocument& document_;
    Road& road_;
    JobHub& hub_;
    RunQueue queue_;
    bool launching_ = false;
    QMap<QString, Forecast> forecasts_; // by run folder, until the folder is there
    widgets::LatestOnly<QString> exports_; // delivers the sentence to tell
};

} // namespace cdra::workbench
