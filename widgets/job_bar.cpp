// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/job_bar.h"

#include "widgets/format.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>

namespace cdra::widgets {

JobBar::JobBar(QWidget* parent)
    : QWidget(parent), state_icon_(new QLabel), name_(new QLabel), stage_(new QLabel),
      progress_(new QProgressBar), eta_(new QLabel), metrics_(new QLabel), pause_(new QPushButton),
      stop_(new QPushButton), log_(new QToolButton) {
    setAccessibleName(tr("Job"));
    setCursor(Qt::PointingHandCursor);
    name_->setFont(fonts::heading(font()));
    name_->setObjectName("jobName");
    stage_->setObjectName("jobStage");
    eta_->setObjectName("jobEta");
    metrics_->setObjectName("jobMetrics");
    for (QLabel* label : {eta_, metrics_, stage_})
        label->setFont(fonts::tabular(font()));
    progress_->setObjectName("jobProgress");
    progress_->setTextVisible(false);
    progress_->setFixedHeight(8);
    progress_->setMinimumWidth(96);
    pause_->setObjectName("jobPause");
    stop_->setObjectName("jobStop");
    log_->setObjectName("jobLog");
    log_->setText(tr("Log"));
    log_->setCheckable(true);
    log_->setArrowType(Qt::UpArrow);
    log_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    log_->setToolTip(tr("Show or hide the log"));
    for (QWidget* button :
         {static_cast<QWidget*>(pause_), static_cast<QWidget*>(stop_), static_cast<QWidget*>(log_)})
        button->setCursor(Qt::ArrowCursor);
    metrics_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2 * grid, grid / 2, grid, grid / 2);
    layout->setSpacing(grid + 4);
    layout->addWidget(state_icon_);
    layout->addWidget(name_);
    layout->addWidget(stage_);
    layout->addWidget(progress_, 2);
    layout->addWidget(eta_);
    layout->addWidget(metrics_, 3);
    layout->addWidget(pause_);
    layout->addWidget(stop_);
    layout->addWidget(log_);
    connect(pause_, &QPushButton::clicked, this, [this] {
        if (status_ && status_->state == JobStatus::State::paused)
            emit resumeRequested();
        else
            emit pauseRequested();
    });
    connect(stop_, &QPushButton::clicked, this, [this] {
        const bool ended = status_ && (status_->state == JobStatus::State::done ||
                                       status_->state == JobStatus::State::stopped ||
                                       status_->state == JobStatus::State::failed);
        if (ended)
            emit dismissed();
        else
            emit stopRequested();
    });
    connect(log_, &QToolButton::toggled, this, &JobBar::logToggled);
    hide();
}

void JobBar::setStatus(const JobStatus& status) {
    status_ = status;
    refresh();
    show();
}

void JobBar::clear() {
    status_.reset();
    hide();
}

void JobBar::setLogShown(bool shown) {
    const QSignalBlocker blocker(log_);
    log_->setChecked(shown);
}

void JobBar::refresh() {
    if (!status_) return;
    using State = JobStatus::State;
    const JobStatus& job = *status_;
    const bool ended = job.state == State::done || job.state == State::stopped || job.state == State::failed;
    const auto [symbol, colour, word] = [&]() -> std::tuple<QString, QColor, QString> {
        switch (job.state) {
        case State::starting:
            return {QStringLiteral("▷"), colours::muted(palette()), tr("starting")};
        case State::running:
            return {QStringLiteral("▶"), colours::accent(palette()), {}};
        case State::paused:
            return {QStringLiteral("‖"), colours::warning(palette()), tr("paused")};
        case State::stopping:
            return {QStringLiteral("■"), colours::warning(palette()), tr("saving and stopping")};
        case State::done:
            return {QStringLiteral("✓"), colours::good(palette()), tr("done")};
        case State::stopped:
            return {QStringLiteral("■"), colours::muted(palette()), tr("stopped")};
        case State::failed:
            return {QStringLiteral("✕"), colours::danger(palette()), tr("failed")};
        }
        return {};
    }();
    state_icon_->setText(QStringLiteral("<span style=\"color: %1\">%2</span>").arg(colour.name(), symbol));
    state_icon_->setToolTip(word.isEmpty() ? tr("running") : word);
    name_->setText(job.name);
    QStringList stage;
    for (const QString& part : {word, ended ? QString() : job.stage, job.detail})
        if (!part.isEmpty()) stage += part;
    stage_->setText(stage.join(QStringLiteral(", ")));
    progress_->setVisible(!ended);
    // QProgressBar counts in int; a thousandth is finer than it is drawn.
    const bool known = job.total > 0;
    progress_->setRange(0, known ? 1000 : 0);
    if (known) progress_->setValue(int(1000 * std::min(job.done, job.total) / job.total));
    progress_->setAccessibleName(known ? tr("%1 of %2").arg(grouped(job.done), grouped(job.total))
                                       : tr("working"));
    eta_->setVisible(!ended && job.eta_seconds && *job.eta_seconds >= 10 && job.state == State::running);
    eta_->setText(job.eta_seconds ? eta(*job.eta_seconds) : QString());
    metrics_->setText(job.message.isEmpty() ? job.metrics : job.message);
    metrics_->setToolTip(metrics_->text());
    const bool paused = job.state == State::paused;
    pause_->setVisible(!ended && job.can_pause);
    pause_->setEnabled(job.state == State::running || paused);
    pause_->setText(paused ? tr("Resume") : tr("Pause"));
    pause_->setToolTip(paused ? tr("Go on with the job") : tr("Hold the job; it keeps its memory"));
    stop_->setText(ended ? tr("Dismiss") : tr("Stop and save"));
    stop_->setEnabled(job.state != State::stopping);
    stop_->setToolTip(ended ? tr("Hide this bar")
                            : tr("Write a checkpoint and stop; the job can be resumed"));
    setToolTip(job.command);
}

void JobBar::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint())) emit opened();
}

void JobBar::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) refresh();
    QWidget::changeEvent(event);
}

} // namespace cdra::widgets
