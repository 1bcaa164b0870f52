// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// One job folder as the window sees it. A tail on a worker thread follows its events and its lock; the client keeps
// what pages show and tells them what came. It never owns the worker: destroying a client leaves the job running.
#pragma once

#include "core/job/events.h"
#include "core/job/job_folder.h"

#include <QMap>
#include <QObject>
#include <QPair>
#include <QPointF>
#include <QString>
#include <QStringList>
#include <QThread>
#include <QVector>

#include <optional>

namespace cdra::workbench {

class JobTail;

struct MetricPoint {
    qint64 step = 0;
    double epoch = 0;
    double value = 0;
    double seconds = 0; // since the run's first event
};

class JobClient : public QObject {
    Q_OBJECT
  public:
    // Follows `folder`. `pid` > 0: this window has just started the worker, whose output goes to `output_file`; until the
    // worker takes the lock the job counts as queued, and a worker that ends before that as failed.
    JobClient(const QString& folder, QThread& io, qint64 pid = 0, const QString& output_file = {}, QObject* parent = nullptr);
    ~JobClient() override;

    QString folder() const { return folder_; }
    QString name() const; // the folder's last part
    QString command() const { return command_; }
    job::JobState state() const { return state_; }
    bool active() const; // queued, running or paused
    bool attached() const { return polled_; } // the first look at the folder is done

    QString stage() const { return stage_; }
    qint64 done() const { return done_; }
    qint64 total() const { return total_; }
    std::optional<double> eta_seconds() const { return eta_; }
    QString message() const { return message_; }
    QString error() const { return error_; }
    QString advice() const { return advice_; }
    // By "train/loss"; ascending steps.
    const QMap<QString, QVector<MetricPoint>>& metrics() const { return metrics_; }
    std::optional<double> latest(const QString& metric) const;
    const QMap<QString, double>& results() const { return results_; }
    const QStringList& log() const { return log_; }
    double took_seconds() const { return took_; } // of a run that is done, 0 before
    double started_at() const { return first_time_; } // seconds since 1970, 0: no event yet

    // Words for the worker. Throw IoError.
    void pause();
    void resume_paused();
    void stop();
    void checkpoint();
    // The folder's worker was started again (cdra resume).
    void restarted_by(qint64 pid, const QString& output_file);

  signals:
    void state_changed();
    void progressed();                    // stage, counts, ETA
    void metrics_arrived();
    void metrics_reset();                 // the event file was cut: history starts over
    void logged(const QString& line);
    void finished(cdra::job::JobState how); // done, stopped, failed or dead, once per life of a worker

  private:
    void take(const QVector<job::Event>& events, bool alive, bool restarted, bool process_running, const QString& output);
    void apply(const job::Event& event);
    void set_state(job::JobState state);
    void append_log(const QString& line);

    QString folder_, command_, stage_, message_, error_, advice_;
    job::JobState state_ = job::JobState::queued;
    job::JobState told_ = job::JobState::queued; // by the events alone
    bool launched_here_ = false, seen_alive_ = false, polled_ = false;
    qint64 done_ = 0, total_ = 0;
    std::optional<double> eta_;
    double first_time_ = 0, took_ = 0;
    QMap<QString, QVector<MetricPoint>> metrics_;
    QMap<QString, double> results_;
    QStringList log_;
    JobTail* tail_ = nullptr; // lives on the I/O thread, deleted there
};

} // namespace cdra::workbench
