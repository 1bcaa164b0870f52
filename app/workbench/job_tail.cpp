// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/job_tail.h"

#include "app/workbench/launcher.h"

#include <QFile>
#include <QTimer>

namespace cdra::workbench {

namespace {

constexpr int often = 100, seldom = 2000; // ms

QString end_of(const QString& path) {
    QFile file(path);
    if (path.isEmpty() || !file.open(QIODevice::ReadOnly)) return {};
    constexpr qint64 enough = 4096;
    if (file.size() > enough) file.seek(file.size() - enough);
    return QString::fromUtf8(file.readAll()).trimmed();
}

} // namespace

JobTail::JobTail(const QString& folder, qint64 pid, const QString& output_file)
    : paths_(folder.toStdString()), reader_(paths_.events), pid_(pid), output_file_(output_file) {}

void JobTail::begin() {
    timer_ = new QTimer(this); // made here: it must live on this thread
    connect(timer_, &QTimer::timeout, this, &JobTail::poll);
    timer_->start(often);
    poll();
}

void JobTail::follow_process(qint64 pid, const QString& output_file) {
    pid_ = pid;
    output_file_ = output_file;
    process_was_running_ = true;
    if (timer_) timer_->start(often);
}

void JobTail::poll() {
    // The lock before the events: a worker that ends between the two has written its last event already, so "not alive"
    // together with the events read here is never an unfinished story.
    const bool running = pid_ > 0 && process_alive(pid_);
    bool alive = false;
    QVector<job::Event> events;
    bool restarted = false;
    try {
        alive = job::is_alive(paths_);
        auto fresh = reader_.poll();
        restarted = reader_.restarted();
        events = QVector<job::Event>(fresh.begin(), fresh.end());
    } catch (const std::exception&) {
        // The folder vanished or is not there yet: nothing came.
    }
    const bool news = first_ || restarted || !events.isEmpty() || alive != was_alive_ || running != process_was_running_;
    // A run that nobody works on changes only if somebody, perhaps elsewhere, takes it up again: looked for now and then.
    const int interval = running || alive || (pid_ > 0 && news) ? often : seldom;
    if (timer_ && timer_->interval() != interval) timer_->start(interval);
    if (!news) return;
    first_ = false;
    if (!running) pid_ = 0; // its number may become another process's
    was_alive_ = alive;
    process_was_running_ = running;
    emit polled(events, alive, restarted, running, running || alive ? QString() : end_of(output_file_));
}

} // namespace cdra::workbench
