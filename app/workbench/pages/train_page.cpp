// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/train_page.h"

#include "app/workbench/help.h"
#include "app/workbench/launcher.h"
#include "app/workbench/machine_load.h"
#include "app/workbench/method_form.h"
#include "app/workbench/presets.h"
#include "app/workbench/run_notes.h"
#include "widgets/chart_export.h"
#include "widgets/live_chart.h"
#include "widgets/chart_grid.h"
#include "widgets/format.h"
#include "widgets/run_list.h"
#include "widgets/theme.h"

#include <QCoreApplication>
#include <QFormLayout>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>

namespace cdra::workbench {

TrainPage::TrainPage(Workbench& bench, QWidget* parent)
    : Page(Stage::train, bench, tr("Fine-tuning: the method, the recipe, and how it goes."), tr("Start training"), parent) {
    binder_ = new Binder(bench.document, this);
    connect(primary(), &QPushButton::clicked, &bench.runner, &Runner::train);

    auto* content = new QSplitter(Qt::Horizontal);
    content->addWidget(build_form());
    content->addWidget(build_run());
    content->setStretchFactor(0, 0);
    content->setStretchFactor(1, 1);
    content->setSizes({280, 640});
    content->setChildrenCollapsible(false);
    set_content(content);

    connect(&bench.document, &ProjectDocument::changed, this, [this] { when_seen("launch", [this] { refresh_launch(); }); });
    connect(&bench.road, &Road::states_changed, this, [this] { when_seen("launch", [this] { refresh_launch(); }); });
    connect(&bench.road, &Road::plan_changed, this, [this] { when_seen("launch", [this] { refresh_launch(); }); });
    connect(&bench.hub, &JobHub::jobs_changed, this, [this] {
        show_run(this->bench().hub.newest(JobKind::train));
        refresh_launch();
    });
    connect(&bench.hub, &JobHub::state_changed, this, [this] {
        refresh_run();
        refresh_forecast();
    });
    connect(&bench.runner.queue(), &RunQueue::changed, this, &TrainPage::refresh_queue);
    connect(&bench.runner, &Runner::started, this, [this](JobClient* job) {
        if (this->bench().hub.jobs(JobKind::train).contains(job)) show_run(job);
    });
    show_run(bench.hub.newest(JobKind::train));
    refresh_launch();
    refresh_queue();
    refresh_presets();
}

QWidget* TrainPage::build_form() {
    auto* inside = new QWidget;
    auto* layout = new QVBoxLayout(inside);
    layout->setContentsMargins(0, widgets::grid, widgets::grid, 0);
    layout->addWidget(build_presets());
    layout->addSpacing(widgets::grid / 2);
    layout->addWidget(heading(tr("Method")));
    layout->addWidget(new MethodForm(bench().document));
    count_ = value_label("train-count", tr("Trainable parameters"));
    count_->setWordWrap(true);
    layout->addWidget(count_);
    layout->addSpacing(widgets::grid / 2);
    auto* recipe_head = new QHBoxLayout;
    recipe_head->addWidget(heading(tr("Recipe")), 1);
    recipe_head->addWidget(help_button("training"));
    layout->addLayout(recipe_head);
    layout->addWidget(build_recipe());
    layout->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inside);
    scroll->setMinimumWidth(inside->minimumSizeHint().width() + scroll->verticalScrollBar()->sizeHint().width());
    return scroll;
}

QWidget* TrainPage::build_run() {
    auto* right = new QWidget;
    auto* layout = new QVBoxLayout(right);
    layout->setContentsMargins(widgets::grid, widgets::grid, 0, 0);
    auto* command_row = new QHBoxLayout;
    command_row->addWidget(heading(tr("Command")));
    forecast_ = value_label("train-forecast", tr("Forecast of the run"));
    forecast_->setForegroundRole(QPalette::PlaceholderText);
    command_row->addWidget(forecast_, 1);
    enqueue_ = named(new QPushButton(tr("Add to &queue")), "train-enqueue", tr("Add to the queue"));
    enqueue_->setToolTip(tr("Freezes these settings and this plan and starts the run when those before it are done."));
    connect(enqueue_, &QPushButton::clicked, &bench().runner, &Runner::enqueue);
    command_row->addWidget(enqueue_);
    layout->addLayout(command_row);
    command_ = named(new QPlainTextEdit, "train-command", tr("The command that will run"));
    command_->setReadOnly(true);
    command_->setFont(widgets::fonts::mono());
    command_->setFixedHeight(command_->fontMetrics().lineSpacing() * 2 + 2 * widgets::grid);
    layout->addWidget(command_);
    obstacle_ = value_label("train-obstacle", tr("What training needs"));
    obstacle_->setWordWrap(true);
    layout->addWidget(obstacle_);
    layout->addWidget(build_queue());

    auto* row = new QHBoxLayout;
    run_ = value_label("train-run", tr("Run shown"));
    run_->setFont(widgets::fonts::heading(run_->font()));
    run_state_ = value_label("train-run-state", tr("State of the run"));
    row->addWidget(run_);
    row->addWidget(run_state_, 1);
    charts_ = named(new widgets::ChartGrid, "train-charts", tr("Curves of the run"));
    tools_ = new ChartTools("train", charts_);
    pause_ = named(new QPushButton(tr("Pause")), "train-pause", tr("Pause or go on"));
    stop_ = named(new QPushButton(tr("Stop and save")), "train-stop", tr("Stop and save"));
    checkpoint_ = named(new QPushButton(tr("Checkpoint")), "train-checkpoint", tr("Write a checkpoint now"));
    resume_ = named(new QPushButton(tr("Resume")), "train-resume", tr("Go on where the run stopped"));
    for (QPushButton* button : {pause_, checkpoint_, stop_, resume_}) row->addWidget(button);
    connect(pause_, &QPushButton::clicked, this, [this] { if (job_) bench().runner.pause(job_); });
    connect(stop_, &QPushButton::clicked, this, [this] { if (job_) bench().runner.stop(job_); });
    connect(checkpoint_, &QPushButton::clicked, this, [this] { if (job_) bench().runner.checkpoint(job_); });
    connect(resume_, &QPushButton::clicked, this, [this] { if (job_) bench().runner.resume(job_); });
    layout->addLayout(row);
    charts_->setMinimumWidth(62 * widgets::grid); // less than three charts ask for: the form beside them must be whole
    auto* tools_row = new QHBoxLayout;
    load_ = new MachineLoad(this);
    load_words_ = value_label("train-load", tr("How busy this machine is"));
    load_words_->setForegroundRole(QPalette::PlaceholderText);
    load_words_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // GPUs must not widen the window
    connect(load_, &MachineLoad::changed, this, [this] {
        load_words_->setText(load_->text());
        load_words_->setToolTip(load_->text());
    });
    tools_row->addWidget(load_words_, 1);
    tools_row->addWidget(tools_);
    layout->addLayout(tools_row);
    layout->addWidget(charts_, 1);
    const auto tell = teller(this);
    for (auto* chart : {charts_->loss(), charts_->accuracy(), charts_->learningRate(), charts_->throughput(), charts_->memory()})
        widgets::offer_export(chart, chart->accessibleName().toLower().replace(' ', '-'), tell);
    return right;
}

QString TrainPage::notes() const {
    return tr("Training runs as a command of its own and lives on when this window closes. Stop and save keeps everything; "
              "Resume goes on exactly where it stopped.");
}

// Only while a run is being watched: a look costs a process where there is a GPU.
void TrainPage::follow_load() { load_->setActive(isVisible() && job_ && job_->active()); }

void TrainPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    follow_load();
}

void TrainPage::hideEvent(QHideEvent* event) {
    Page::hideEvent(event);
    follow_load();
}

void TrainPage::show_run(JobClient* job) {
    if (job != job_) {
        if (job_) job_->disconnect(this);
        job_ = job;
        tools_->feed().start(charts_, {job});
        if (job) {
            connect(job, &JobClient::metrics_arrived, this, [this] { tools_->feed().update(); });
            connect(job, &JobClient::metrics_reset, this, [this] { tools_->feed().refill(); });
            connect(job, &JobClient::progressed, this, &TrainPage::refresh_run);
        }
    }
    refresh_run();
}

void TrainPage::refresh_launch() {
    const job::Project& project = bench().document.project();
    const QString obstacle = bench().runner.training_obstacle();
    const QStringList command = bench().runner.next_train_command();
    const QString shown = command.isEmpty() ? tr("(choose a model and data first)") : shell_text(command);
    if (command_->toPlainText() != shown) command_->setPlainText(shown);
    obstacle_->setText(obstacle);
    obstacle_->setVisible(!obstacle.isEmpty());
    enqueue_->setEnabled(obstacle.isEmpty());
    refresh_start();
    refresh_forecast();
    const auto model = bench().road.model();
    const auto plan = bench().road.plan();
    try {
        const auto& method = methods::find_method(project.method);
        // A method that makes its own plan is counted when the plan is made.
        if (!model || method.make_plan || (method.needs_plan && !plan)) {
            count_->clear();
        } else {
            const auto options = methods::resolve_options(method, project.method_options);
            const auto total = method.count(model->spec, options, plan.get()).total();
            count_->setText(tr("%1 trainable, %2 of the backbone")
                                .arg(widgets::grouped(total),
                                     widgets::percent(double(total) / double(model->backbone_parameters), 3)));
        }
    } catch (const std::exception&) {
        count_->clear(); // the obstacle says why
    }
}

// As Runner::train_or_enqueue has it.
void TrainPage::refresh_start() {
    const JobClient* job = bench().hub.at_work(JobKind::train);
    primary()->setEnabled(enqueue_->isEnabled() && !job);
    primary()->setToolTip(job ? tr("%1 is at work: add this one to the queue").arg(job->name()) : tr("Ctrl+Return"));
    emphasise(enqueue_, job != nullptr);
}

void TrainPage::refresh_run() {
    refresh_start();
    follow_load();
    const bool active = job_ && job_->active();
    const bool resumable = job_ && !active && job_->attached() && job_->state() != job::JobState::done;
    pause_->setVisible(active);
    stop_->setVisible(active);
    checkpoint_->setVisible(active);
    resume_->setVisible(resumable);
    // The banner's button says what it does: a run that is done is not resumed, another one is started.
    set_remedy(resumable ? tr("Resume") : tr("Start training"), [this, resumable] {
        if (resumable && job_) this->bench().runner.resume(job_);
        else this->bench().runner.train();
    });
    if (!job_) {
        run_->setText(tr("No run yet"));
        run_state_->clear();
        return;
    }
    run_->setText(job_->name());
    pause_->setText(job_->state() == job::JobState::paused ? tr("Resume") : tr("Pause"));
    QString state;
    switch (job_->state()) {
    case job::JobState::queued: state = tr("starting"); break;
    case job::JobState::running: state = tr("running"); break;
    case job::JobState::paused: state = tr("paused"); break;
    case job::JobState::stopped: state = tr("stopped"); break;
    case job::JobState::failed: state = tr("failed: %1").arg(job_->error()); break;
    case job::JobState::done: state = tr("done"); break;
    case job::JobState::dead: state = tr("stopped unexpectedly"); break;
    }
    if (active && job_->total() > 0)
        state += tr(" · %1 %2 of %3").arg(job_->stage(), widgets::grouped(job_->done()), widgets::grouped(job_->total()));
    if (const auto took = taken(*job_)) {
        const RunNotes notes = read_notes(job_->folder());
        state += tr(" · took %1, %2").arg(widgets::duration(took->seconds), widgets::bytes(took->mib * 1024 * 1024));
        if (notes.forecast_seconds > 0) state += tr(" (forecast %1)").arg(widgets::duration(notes.forecast_seconds));
    }
    run_state_->setText(state);
}

} // namespace cdra::workbench
