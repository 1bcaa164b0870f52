// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The worker-thread half of JobClient: reads a job folder at a steady pace. Private to job_client.cpp.
#pragma once

#include "core/job/events.h"
#include "core/job/job_folder.h"

#include <QObject>
#include <QString>
#include <QVector>

class QTimer;

namespace cdra::workbench {

class JobTail : public QObject {
    Q_OBJECT
  public:
    JobTail(const QString& folder, qint64 pid, const QString& output_file);
    void begin(); // on its own thread
    void follow_process(qint64 pid, const QString& output_file);

  signals:
    void polled(const QVector<cdra::job::Event>& events, bool alive, bool restarted, bool process_running,
                const QString& output);

  private:
    void poll();

    job::JobPaths paths_;
    job::EventReader reader_;
    qint64 pid_ = 0;
    QString output_file_;
    QTimer* timer_ = nullptr; // a child, once begun
    bool was_alive_ = false, first_ = true, process_was_running_ = false;
};

} // namespace cdra::workbench
