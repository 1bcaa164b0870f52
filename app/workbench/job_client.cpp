// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/job_client.h"

#include "app/workbench/job_tail.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <type_traits>

namespace cdra::workbench {

using job::JobState;

namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

constexpr int log_limit = 5000; // lines kept for the log pane; log.txt has all

} // namespace

JobClient::JobClient(const QString& folder, QThread& io, qint64 pid, const QString& output_file, QObject* parent)
    : QObject(parent), folder_(QFileInfo(folder).absoluteFilePath()), launched_here_(pid > 0) {
    tail_ = new JobTail(folder_, pid, output_file);
    tail_->moveToThread(&io);
    connect(&io, &QThread::finished, tail_, &QObject::deleteLater);
    connect(tail_, &JobTail::polled, this, &JobClient::take);
    QMetaObject::invokeMethod(tail_, &JobTail::begin, Qt::QueuedConnection);
}

JobClient::~JobClient() {
    tail_->disconnect(this);
    tail_->deleteLater();
}

QString JobClient::name() const { return QFileInfo(folder_).fileName(); }

bool JobClient::active() const {
    if (!polled_ && !launched_here_) return false; // not looked at yet
    return job::is_at_work(state_);
}

std::optional<double> JobClient::latest(const QString& metric) const {
    const auto found = metrics_.constFind(metric);
    if (found == metrics_.constEnd() || found->isEmpty()) return std::nullopt;
    return found->last().value;
}

void JobClient::pause() { job::send(job::JobPaths(folder_.toStdString()), job::ControlWord::pause); }
void JobClient::resume_paused() { job::send(job::JobPaths(folder_.toStdString()), job::ControlWord::resume); }
void JobClient::stop() { job::send(job::JobPaths(folder_.toStdString()), job::ControlWord::stop); }
void JobClient::checkpoint() { job::send(job::JobPaths(folder_.toStdString()), job::ControlWord::checkpoint); }

void JobClient::restarted_by(qint64 pid, const QString& output_file) {
    launched_here_ = true;
    seen_alive_ = false;
    told_ = JobState::queued;
    error_.clear();
    advice_.clear();
    QMetaObject::invokeMethod(tail_, [tail = tail_, pid, output_file] { tail->follow_process(pid, output_file); });
    set_state(JobState::queued);
}

void JobClient::take(const QVector<job::Event>& events, bool alive, bool restarted, bool process_running,
                     const QString& output) {
    if (command_.isEmpty()) {
        QFile file(folder_ + "/command");
        if (file.open(QIODevice::ReadOnly)) command_ = QString::fromUtf8(file.readAll()).trimmed();
    }
    if (restarted) {
        metrics_.clear();
        results_.clear();
        emit metrics_reset();
    }
    bool metrics = false;
    for (const job::Event& event : events) {
        apply(event);
        metrics = metrics || std::holds_alternative<job::MetricEvent>(event.what);
    }
    const bool first_look = !polled_ && !launched_here_;
    if (alive) seen_alive_ = true;

    JobState now = told_;
    const bool telling_running = job::is_at_work(told_);
    if (alive && !telling_running) now = JobState::running; // resumed: its first event is still to come
    if (!alive && telling_running) {
        if (launched_here_ && !seen_alive_ && process_running) {
            now = JobState::queued;
        } else if (launched_here_ && !seen_alive_) {
            now = JobState::failed;
            const QStringList lines = output.split('\n', Qt::SkipEmptyParts);
            if (error_.isEmpty()) error_ = lines.isEmpty() ? tr("the worker ended before it began") : lines.last();
            if (error_.startsWith(QLatin1String("cdra: "))) error_.remove(0, 6); // who says so is no news here
        } else {
            now = JobState::dead;
        }
    }
    if (first_look) { // found, not started here: what it became before this window is no news
        polled_ = true;
        state_ = now;
        emit progressed();
        if (metrics) emit metrics_arrived();
        emit state_changed();
        return;
    }
    polled_ = true;
    emit progressed();
    if (metrics) emit metrics_arrived();
    set_state(now);
}

void JobClient::apply(const job::Event& event) {
    if (first_time_ == 0) first_time_ = event.time;
    std::visit(
        [this, &event](const auto& what) {
            using What = std::decay_t<decltype(what)>;
            if constexpr (std::is_same_v<What, job::StageEvent>) {
                told_ = JobState::running;
                stage_ = text(what.stage);
                message_.clear();
                done_ = total_ = 0;
                eta_.reset();
            } else if constexpr (std::is_same_v<What, job::ProgressEvent>) {
                if (told_ != JobState::paused) told_ = JobState::running;
                stage_ = text(what.stage);
                done_ = what.done;
                total_ = what.total;
                eta_ = what.eta_seconds;
                message_ = text(what.message);
            } else if constexpr (std::is_same_v<What, job::MetricEvent>) {
                if (told_ != JobState::paused) told_ = JobState::running;
                metrics_[text(what.split + "/" + what.name)].append({what.step, what.epoch, what.value, event.time - first_time_});
            } else if constexpr (std::is_same_v<What, job::LogEvent>) {
                append_log(text(what.level) + ": " + text(what.message));
            } else if constexpr (std::is_same_v<What, job::CheckpointEvent>) {
                append_log(tr("checkpoint at step %1%2").arg(what.step).arg(what.best ? tr(" (best so far)") : QString()));
            } else if constexpr (std::is_same_v<What, job::ResultEvent>) {
                results_[text(what.name)] = what.value;
            } else if constexpr (std::is_same_v<What, job::ErrorEvent>) {
                told_ = JobState::failed;
                error_ = text(what.message);
                advice_ = text(what.advice);
                append_log(tr("error: %1 %2").arg(error_, advice_));
            } else if constexpr (std::is_same_v<What, job::StoppedEvent>) {
                told_ = JobState::stopped;
                append_log(tr("stopped at step %1").arg(what.step));
            } else if constexpr (std::is_same_v<What, job::PausedEvent>) {
                told_ = JobState::paused;
                append_log(tr("paused at step %1").arg(what.step));
            } else if constexpr (std::is_same_v<What, job::ResumedEvent>) {
                told_ = JobState::running;
                error_.clear();
                advice_.clear();
                append_log(tr("resumed from step %1").arg(what.step));
            } else if constexpr (std::is_same_v<What, job::DoneEvent>) {
                told_ = JobState::done;
                took_ = what.seconds;
                append_log(tr("done after %1 s").arg(what.seconds, 0, 'f', 1));
            }
        },
        event.what);
}

void JobClient::append_log(const QString& line) {
    log_ << line;
    while (log_.size() > log_limit) log_.removeFirst();
    emit logged(line);
}

void JobClient::set_state(JobState state) {
    const bool was_active = active();
    if (state == state_) return;
    state_ = state;
    emit state_changed();
    if (was_active && !active()) emit finished(state);
}

} // namespace cdra::workbench
