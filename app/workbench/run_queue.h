// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Runs that wait for the one before them. Each waits as PROJECT/queue/NNN-name with its project frozen, and its plan, as
// they were when it was added: what is changed afterwards does not reach it. The queue survives the window; it goes on
// while a window is open.
#pragma once

#include "core/compact/plan.h"
#include "core/job/project.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <memory>

namespace cdra::workbench {

class JobClient;
class JobHub;
class Road;

class RunQueue : public QObject {
    Q_OBJECT
  public:
    RunQueue(JobHub& hub, Road& road, QObject* parent = nullptr);

    struct Item {
        QString folder; // PROJECT/queue/003-name
        QString name;   // of the run to be
        QString words;  // method and epochs
    };
    const QList<Item>& items() const { return items_; }
    // Freezes; `plan` may be null. Throws IoError. added() follows once the plan is written.
    void add(const job::Project& project, std::shared_ptr<const compact::CompactPlan> plan, const QString& name);
    void remove(const QString& folder);
    bool held() const { return held_; }
    void go_on(); // starts the next one if nothing is running
    void set_project_folder(const QString& folder);

  signals:
    void changed();
    void started(cdra::workbench::JobClient* job);
    void failed(const QString& message);

  private:
    void read();
    void start_next();
    void hold(const QString& why);

    JobHub& hub_;
    Road& road_;
    QString folder_; // of the project
    QList<Item> items_;
    bool held_ = false; // the user stopped a run: the queue waits for a word
    QStringList unfinished_; // folders whose plan is still being written
};

} // namespace cdra::workbench
