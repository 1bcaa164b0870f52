// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/train_page.h"

#include "app/workbench/launcher.h"
#include "app/workbench/method_form.h"
#include "app/workbench/presets.h"
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

void ChartFeed::start(widgets::ChartGrid* charts, const JobClient* job) {
    charts_ = charts;
    job_ = job;
    seen_.clear();
    charts_->clear();
    update();
}

void ChartFeed::update() {
    if (!charts_ || !job_) return;
    const auto& metrics = job_->metrics();
    for (auto metric = metrics.constBegin(); metric != metrics.constEnd(); ++metric) {
        const std::string split = metric.key().section('/', 0, 0).toStdString();
        const std::string name = metric.key().section('/', 1).toStdString();
        int& seen = seen_[metric.key()];
        if (seen > metric->size()) return start(charts_, job_); // the history was cut
        for (; seen < metric->size(); ++seen) {
            const MetricPoint& point = metric->at(seen);
            charts_->append({point.step, point.epoch, split, name, point.value});
        }
    }
}

TrainPage::TrainPage(Workbench& bench, QWidget* parent)
    : Page(Stage::train, bench, tr("Fine-tuning: the method, the recipe, and how it goes."), tr("Start training"), parent) {
    binder_ = new Binder(bench.document, this);
    connect(primary(), &QPushButton::clicked, &bench.runner, &Runner::train);
    primary()->setToolTip(tr("Ctrl+Return"));

    auto* content = new QSplitter(Qt::Horizontal);
    content->addWidget(build_form());
    content->addWidget(build_run());
    content->setStretchFactor(0, 0);
    content->setStretchFactor(1, 1);
    content->setSizes({280, 640});
    content->setChildrenCollapsible(false);
    set_content(content);

    connect(&bench.document, &ProjectDocument::changed, this, &TrainPage::refresh_launch);
    connect(&bench.road, &Road::states_changed, this, &TrainPage::refresh_launch);
    connect(&bench.road, &Road::plan_changed, this, &TrainPage::refresh_launch);
    connect(&bench.hub, &JobHub::jobs_changed, this, [this] {
        show_run(this->bench().hub.newest(JobKind::train));
        refresh_launch();
    });
    connect(&bench.hub, &JobHub::state_changed, this, &TrainPage::refresh_run);
    connect(&bench.runner, &Runner::started, this, [this](JobClient* job) {
        if (this->bench().hub.jobs(JobKind::train).contains(job)) show_run(job);
    });
    set_remedy(tr("Resume"), [this] {
        if (job_ && !job_->active() && job_->state() != job::JobState::done) this->bench().runner.resume(job_);
        else this->bench().runner.train();
    });
    show_run(bench.hub.newest(JobKind::train));
    refresh_launch();
}

QWidget* TrainPage::build_form() {
    auto* inside = new QWidget;
    auto* layout = new QVBoxLayout(inside);
    layout->setContentsMargins(0, widgets::grid, widgets::grid, 0);
    auto* preset_row = new QHBoxLayout;
    auto* preset = named(new QComboBox, "train-preset", tr("Preset"));
    preset->setPlaceholderText(tr("choose…"));
    for (const Preset& one : presets()) {
        preset->addItem(QCoreApplication::translate("Preset", one.title));
        preset->setItemData(preset->count() - 1, QCoreApplication::translate("Preset", one.summary), Qt::ToolTipRole);
    }
    preset->setCurrentIndex(-1);
    connect(preset, &QComboBox::activated, this, [this, preset](int index) {
        bench().document.edit(tr("preset %1").arg(preset->itemText(index)), {}, presets()[std::size_t(index)].apply);
    });
    auto* preset_label = new QLabel(tr("&Preset"));
    preset_label->setBuddy(preset);
    preset_row->addWidget(preset_label);
    preset_row->addWidget(preset, 1);
    layout->addLayout(preset_row);
    layout->addSpacing(widgets::grid / 2);
    layout->addWidget(heading(tr("Method")));
    layout->addWidget(new MethodForm(bench().document));
    count_ = value_label("train-count", tr("Trainable parameters"));
    count_->setWordWrap(true);
    layout->addWidget(count_);
    layout->addSpacing(widgets::grid / 2);
    layout->addWidget(heading(tr("Recipe")));
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

QWidget* TrainPage::build_recipe() {
    auto* box = new QWidget;
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    const auto spin = [&](const QString& label, const QString& name, int low, int high, const QString& help, auto field) {
        auto* editor = make_spin(low, high, "recipe-" + name, QString(label).remove('&'));
        editor->setToolTip(help);
        binder_->spin(editor, QString(label).remove('&'), field);
        form->addRow(label, editor);
        return editor;
    };
    const auto number = [&](const QString& label, const QString& name, double low, double high, const QString& help, auto field) {
        auto* editor = named(new QLineEdit, "recipe-" + name, QString(label).remove('&'));
        editor->setToolTip(help);
        binder_->number(editor, QString(label).remove('&'), low, high, field);
        form->addRow(label, editor);
    };
    spin(tr("&Epochs"), "epochs", 1, 100000, tr("Passes over the training images."), [](auto& p) -> auto& { return p.recipe.epochs; });
    spin(tr("&Batch size"), "batch-size", 1, 65536, tr("Images a step."), [](auto& p) -> auto& { return p.recipe.batch_size; });
    spin(tr("Acc&umulate"), "accumulate", 1, 4096, tr("Batches whose gradients are added before a step."), [](auto& p) -> auto& { return p.recipe.accumulate; });
    number(tr("&Learning rate"), "lr", 1e-12, 10, tr("AdamW's peak learning rate."), [](auto& p) -> auto& { return p.recipe.lr; });
    number(tr("Lowest rate"), "min-lr", 0, 10, tr("Where the cosine ends."), [](auto& p) -> auto& { return p.recipe.min_lr; });
    number(tr("&Weight decay"), "weight-decay", 0, 10, tr("AdamW's decoupled decay."), [](auto& p) -> auto& { return p.recipe.weight_decay; });
    spin(tr("Warm-up epochs"), "warmup-epochs", 0, 100000, tr("Epochs in which the rate rises to its peak."), [](auto& p) -> auto& { return p.recipe.warmup_epochs; });
    number(tr("Warm-up rate"), "warmup-lr", 0, 10, tr("Where the warm-up begins."), [](auto& p) -> auto& { return p.recipe.warmup_lr; });
    number(tr("&Drop path"), "drop-path", 0, 0.99, tr("Stochastic depth: the last block's chance of being skipped."), [](auto& p) -> auto& { return p.recipe.drop_path; });
    number(tr("Label smoothing"), "label-smoothing", 0, 0.99, tr("Share of the target spread over all classes."), [](auto& p) -> auto& { return p.recipe.label_smoothing; });
    auto* every = spin(tr("Checkpoint every"), "checkpoint-every", 0, 1000000000, tr("Optimiser steps between checkpoints."), [](auto& p) -> auto& { return p.recipe.checkpoint_every; });
    every->setSpecialValueText(tr("epoch"));
    every->setSuffix(tr(" steps"));

    auto* precision = named(new QComboBox, "recipe-precision", tr("Precision"));
    precision->addItem("fp32", "fp32");
    precision->addItem(tr("bf16 (CUDA)"), "bf16");
    binder_->choice(precision, tr("precision"), [](const job::Project& p) { return p.recipe.precision; },
                    [](job::Project& p, const std::string& word) { p.recipe.precision = word; });
    form->addRow(tr("Precision"), precision);
    auto* protocol = named(new QComboBox, "recipe-protocol", tr("Protocol"));
    protocol->addItem(tr("honest"), "honest");
    protocol->addItem(tr("published"), "published");
    protocol->setToolTip(tr("Honest: everything is chosen on validation images and the test images are read once.\n"
                            "Published: the maximum of test accuracy over epochs, as in published code."));
    binder_->choice(protocol, tr("protocol"), [](const job::Project& p) { return p.recipe.protocol; },
                    [](job::Project& p, const std::string& word) { p.recipe.protocol = word; });
    form->addRow(tr("Protocol"), protocol);
    auto* device = named(new QComboBox, "run-device", tr("Device"));
    for (const char* word : {"auto", "cpu", "cuda"}) device->addItem(word, word);
    device->setEditable(true);
    device->setInsertPolicy(QComboBox::NoInsert);
    binder_->follow([this, device] { device->setEditText(QString::fromStdString(bench().document.project().run.device)); });
    const auto take_device = [this, device] {
        bench().document.edit(tr("device"), {}, [&](job::Project& p) { p.run.device = device->currentText().trimmed().toStdString(); });
    };
    connect(device, &QComboBox::activated, this, take_device);
    connect(device->lineEdit(), &QLineEdit::editingFinished, this, take_device);
    form->addRow(tr("Device"), device);
    auto* threads = make_spin(0, 1024, "run-threads", tr("Threads"));
    threads->setSpecialValueText(tr("all"));
    binder_->spin(threads, tr("threads"), [](auto& p) -> auto& { return p.run.threads; });
    form->addRow(tr("Threads"), threads);
    auto* seed = make_spin(0, 1000000000, "run-seed", tr("Seed"));
    binder_->spin(seed, tr("seed"), [](auto& p) -> auto& { return p.run.seed; });
    form->addRow(tr("&Seed"), seed);
    return box;
}

QWidget* TrainPage::build_run() {
    auto* right = new QWidget;
    auto* layout = new QVBoxLayout(right);
    layout->setContentsMargins(widgets::grid, widgets::grid, 0, 0);
    layout->addWidget(heading(tr("Command")));
    command_ = named(new QPlainTextEdit, "train-command", tr("The command that will run"));
    command_->setReadOnly(true);
    command_->setFont(widgets::fonts::mono());
    command_->setFixedHeight(command_->fontMetrics().lineSpacing() * 3 + 2 * widgets::grid);
    layout->addWidget(command_);
    obstacle_ = value_label("train-obstacle", tr("What training needs"));
    obstacle_->setWordWrap(true);
    layout->addWidget(obstacle_);

    auto* row = new QHBoxLayout;
    run_ = value_label("train-run", tr("Run shown"));
    run_->setFont(widgets::fonts::heading(run_->font()));
    run_state_ = value_label("train-run-state", tr("State of the run"));
    row->addWidget(run_);
    row->addWidget(run_state_, 1);
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
    charts_ = named(new widgets::ChartGrid, "train-charts", tr("Curves of the run"));
    charts_->setMinimumWidth(62 * widgets::grid); // less than three charts ask for: the form beside them must be whole
    layout->addWidget(charts_, 1);
    return right;
}

QString TrainPage::notes() const {
    return tr("Training runs as a command of its own and lives on when this window closes. Stop and save keeps everything; "
              "Resume goes on exactly where it stopped.");
}

void TrainPage::show_run(JobClient* job) {
    if (job != job_) {
        if (job_) job_->disconnect(this);
        job_ = job;
        feed_.start(charts_, job);
        if (job) {
            connect(job, &JobClient::metrics_arrived, this, [this] { feed_.update(); });
            connect(job, &JobClient::metrics_reset, this, [this] { feed_.start(charts_, job_); });
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
    primary()->setEnabled(obstacle.isEmpty());
    const auto model = bench().road.model();
    const auto plan = bench().road.plan();
    try {
        const auto& method = methods::find_method(project.method);
        if (!model || (method.needs_plan && !plan)) {
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

void TrainPage::refresh_run() {
    const bool active = job_ && job_->active();
    const bool resumable = job_ && !active && job_->attached() && job_->state() != job::JobState::done;
    pause_->setVisible(active);
    stop_->setVisible(active);
    checkpoint_->setVisible(active);
    resume_->setVisible(resumable);
    if (!job_) {
        run_->setText(tr("No run yet"));
        run_state_->clear();
        return;
    }
    run_->setText(job_->name());
    pause_->setText(job_->state() == job::JobState::paused ? tr("Go on") : tr("Pause"));
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
    run_state_->setText(state);
}

} // namespace cdra::workbench
