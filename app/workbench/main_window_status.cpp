// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the window says about the project, the road and its jobs.
#include "app/workbench/main_window.h"

#include "app/workbench/pages/results_page.h"
#include "app/workbench/pages/train_page.h"
#include "widgets/format.h"
#include "widgets/inspector.h"
#include "widgets/job_bar.h"
#include "widgets/log_pane.h"
#include "widgets/stage_rail.h"
#include "widgets/theme.h"

#include <QAction>
#include <QFileInfo>
#include <QLabel>

#include <algorithm>

namespace cdra::workbench {

using job::JobState;

void MainWindow::refresh_title() {
    setWindowTitle(tr("%1[*] — CDRA workbench").arg(document_.display_name()));
    setWindowFilePath(document_.file());
    setWindowModified(document_.modified());
}

void MainWindow::refresh_header() {
    const job::Project& project = document_.project();
    QStringList parts{document_.display_name()};
    if (const auto model = road_.model()) parts << model_title(model->spec);
    else if (!project.model.path.empty()) parts << QFileInfo(QString::fromStdString(project.model.path)).fileName();
    if (!project.data.spec.empty()) {
        const DataSpec spec = DataSpec::parse(QString::fromStdString(project.data.spec));
        QString data = spec.layout.isEmpty() ? QFileInfo(spec.path).fileName() : spec.layout;
        if (spec.train > 0) data += tr(" (%1 images)").arg(widgets::grouped(spec.train));
        parts << data;
    }
    header_->setText(parts.join(" ▸ "));
    header_->setToolTip(document_.file());
}

void MainWindow::refresh_rail() {
    for (const Stage stage : all_stages) rail_->setState(int(stage), road_.state(stage).health, road_.state(stage).reason);
    refresh_run_actions();
}

void MainWindow::refresh_inspector() {
    const int index = selection_.index();
    const auto plan = road_.plan();
    if (plan && index < int(plan->matrices.size())) return inspector_->setMatrix(*plan, index);
    const auto model = road_.model();
    if (!model) return inspector_->clear();
    const auto matrices = checkpoint::candidate_matrices(model->spec);
    if (index < int(matrices.size())) inspector_->setShape(matrices[std::size_t(index)]);
}

// Until somebody chooses, the matrix with most to see: many in a real map have no sensitive weight at all.
void MainWindow::suggest_matrix() {
    const auto plan = road_.plan();
    if (!plan || plan->matrices.empty()) return;
    const auto richest = std::ranges::max_element(
        plan->matrices, [](const auto& a, const auto& b) { return a.mask.size() < b.mask.size(); });
    selection_.suggest(int(richest - plan->matrices.begin()));
}

void MainWindow::show_notice(const QString& message, bool error) {
    QPalette palette = this->palette();
    const QColor tone = error ? widgets::colours::danger(palette) : widgets::colours::good(palette);
    const QColor ground = widgets::colours::surface(palette);
    const auto mixed = [&](float a, float b) { return a * 0.88F + b * 0.12F; };
    palette.setColor(QPalette::Window, QColor::fromRgbF(mixed(ground.redF(), tone.redF()), mixed(ground.greenF(), tone.greenF()),
                                                        mixed(ground.blueF(), tone.blueF())));
    notice_->setPalette(palette);
    notice_text_->setText(message);
    notice_->show();
    notice_timer_.stop();
    if (!error) notice_timer_.start(); // good news goes by itself
    if (!message.isEmpty()) log_->append(error ? "error" : "info", message);
}

void MainWindow::connect_jobs() {
    connect(&hub_, &JobHub::jobs_changed, this, [this] {
        for (JobClient* job : hub_.jobs(JobKind::train) + hub_.jobs(JobKind::sensitivity)) log_of(job);
        refresh_job_bar();
        refresh_run_actions();
    });
    connect(&hub_, &JobHub::state_changed, this, [this](JobClient* job) {
        if (job == shown_job_ && !job->active()) stopping_ = false;
        refresh_job_bar();
        refresh_run_actions();
    });
    connect(&hub_, &JobHub::progressed, this, [this](JobClient* job) {
        if (job == bar_job()) refresh_job_bar();
    });
    connect(&hub_, &JobHub::finished, this, [this](JobClient* job, JobState how) {
        // The page that was at work says so itself.
        const Stage at = hub_.jobs(JobKind::sensitivity).contains(job) ? Stage::sensitivity : Stage::train;
        if (how == JobState::failed && current_stage() != at)
            show_notice(tr("%1 failed: %2 %3").arg(job->name(), job->error(), job->advice()).trimmed(), true);
        if (how == JobState::dead)
            show_notice(tr("%1 ended without a word, perhaps for lack of memory. Resume it, or see its log.").arg(job->name()), true);
        announce(job, how);
    });
    connect(&runner_, &Runner::started, this, [this](JobClient* job) {
        shown_job_ = job;
        stopping_ = false;
        refresh_job_bar();
        refresh_run_actions();
    });
    connect(job_bar_, &widgets::JobBar::pauseRequested, this, [this] { if (auto* job = bar_job()) runner_.pause(job); });
    connect(job_bar_, &widgets::JobBar::resumeRequested, this, [this] { if (auto* job = bar_job()) runner_.pause(job); });
    connect(job_bar_, &widgets::JobBar::stopRequested, this, [this] {
        if (auto* job = bar_job()) {
            stopping_ = true;
            runner_.stop(job);
            refresh_job_bar();
        }
    });
    connect(job_bar_, &widgets::JobBar::dismissed, this, [this] {
        shown_job_.clear();
        refresh_job_bar();
    });
    connect(job_bar_, &widgets::JobBar::opened, this, [this] {
        JobClient* job = bar_job();
        if (!job) return;
        if (!hub_.jobs(JobKind::train).contains(job)) return go_to(Stage::sensitivity);
        train_page_->show_run(job);
        go_to(Stage::train);
    });
    connect(job_bar_, &widgets::JobBar::logToggled, this, [this](bool shown) { log_action_->setChecked(shown); });
}

void MainWindow::log_of(JobClient* job) {
    if (job->property("logged").toBool()) return;
    job->setProperty("logged", true);
    for (const QString& line : job->log()) log_->append("info", job->name() + ": " + line);
    connect(job, &JobClient::logged, this, [this, job](const QString& line) {
        const QString level = line.section(':', 0, 0);
        log_->append(level == "error" || level == "warning" ? level : QString("info"), job->name() + ": " + line);
    });
}

JobClient* MainWindow::bar_job() const {
    if (shown_job_ && shown_job_->active()) return shown_job_;
    const auto running = hub_.active();
    return running.isEmpty() ? shown_job_.data() : running.last();
}

void MainWindow::refresh_job_bar() {
    using State = widgets::JobStatus::State;
    JobClient* job = bar_job();
    if (!job) return job_bar_->clear();
    widgets::JobStatus status;
    status.name = job->name();
    status.command = job->command();
    switch (job->state()) {
    case JobState::queued: status.state = State::starting; break;
    case JobState::running: status.state = stopping_ ? State::stopping : State::running; break;
    case JobState::paused: status.state = State::paused; break;
    case JobState::stopped: status.state = State::stopped; break;
    case JobState::done: status.state = State::done; break;
    case JobState::failed:
    case JobState::dead: status.state = State::failed; break;
    }
    status.stage = job->stage();
    status.detail = job->message();
    status.done = job->done();
    status.total = job->total();
    status.eta_seconds = job->eta_seconds();
    QStringList metrics;
    if (const auto loss = job->latest("train/loss")) metrics << tr("loss %1").arg(widgets::decimal(*loss));
    if (const auto accuracy = job->latest("val/accuracy")) metrics << tr("validation accuracy %1").arg(widgets::percent(*accuracy, 1));
    status.metrics = metrics.join("  ");
    if (job->state() == JobState::failed) status.message = (job->error() + " " + job->advice()).trimmed();
    if (job->state() == JobState::dead) status.message = tr("ended without a word");
    status.can_pause = hub_.jobs(JobKind::train).contains(job);
    job_bar_->setStatus(status);
}

void MainWindow::refresh_run_actions() {
    if (!pause_action_) return;
    const auto running = hub_.active();
    const JobClient* newest = hub_.newest(JobKind::train);
    pause_action_->setEnabled(!running.isEmpty());
    pause_action_->setText(!running.isEmpty() && running.last()->state() == JobState::paused ? tr("&Go on") : tr("&Pause"));
    stop_action_->setEnabled(!running.isEmpty());
    resume_action_->setEnabled(newest && newest->attached() && !newest->active() && newest->state() != JobState::done);
}

} // namespace cdra::workbench
