// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// All jobs of the open project: those found in its folder, those this window starts, and those that somebody else starts in
// it meanwhile, perhaps on another machine that shares the folder: it is looked at every few seconds.
#pragma once

#include "app/workbench/job_client.h"

#include <QObject>
#include <QStringList>
#include <QThread>
#include <QTimer>

#include <memory>
#include <vector>

namespace cdra::workbench {

enum class JobKind { sensitivity, train };

class JobHub : public QObject {
    Q_OBJECT
  public:
    explicit JobHub(QObject* parent = nullptr);
    ~JobHub() override; // leaves every worker running

    // Follows the jobs of another project folder (empty: none).
    void set_project_folder(const QString& folder);
    QString project_folder() const { return project_folder_; }

    // Starts a command; throws InputError or IoError. The client lives until the folder changes.
    JobClient* start(JobKind kind, const QStringList& arguments, const QString& job_folder);
    // cdra resume for a run that stopped, failed or died.
    void resume(JobClient* client, int epochs = 0);

    // Oldest first.
    QList<JobClient*> jobs(JobKind kind) const;
    QList<JobClient*> active() const;
    JobClient* newest(JobKind kind) const; // nullptr: none
    JobClient* at_work(JobKind kind) const; // the oldest one that is; nullptr: none

    // Takes up jobs that appeared in the folder; true if there were any.
    bool look_again();

    QString runs_folder() const { return project_folder_ + "/runs"; }
    QString jobs_folder() const { return project_folder_ + "/.jobs"; }

  signals:
    void jobs_changed(); // one was found or started, or the folder changed
    void state_changed(cdra::workbench::JobClient* job);
    void progressed(cdra::workbench::JobClient* job);
    void finished(cdra::workbench::JobClient* job, cdra::job::JobState how);

  private:
    JobClient* add(JobKind kind, const QString& folder, qint64 pid, const QString& output_file);

    struct Entry {
        JobKind kind;
        std::unique_ptr<JobClient> client;
    };
    QString project_folder_;
    QThread tail_thread_;
    QTimer look_;
    std::vector<Entry> jobs_;
};

} // namespace cdra::workbench
