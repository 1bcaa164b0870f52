// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/results_page.h"

#include "app/workbench/frozen.h"
#include "app/workbench/pages/attention_panel.h"
#include "app/workbench/pages/changes_panel.h"
#include "app/workbench/pages/export_panel.h"
#include "app/workbench/pages/masks_panel.h"
#include "app/workbench/pages/predictions_panel.h"
#include "app/workbench/run_notes.h"
#include "widgets/chart_export.h"
#include "widgets/chart_grid.h"
#include "widgets/confusion_matrix.h"
#include "widgets/format.h"
#include "widgets/run_list.h"
#include "widgets/theme.h"

#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTableWidget>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace cdra::workbench {

namespace {

widgets::RunState run_state(job::JobState state) {
    switch (state) {
    case job::JobState::queued: return widgets::RunState::queued;
    case job::JobState::running: return widgets::RunState::running;
    case job::JobState::paused: return widgets::RunState::paused;
    case job::JobState::stopped: return widgets::RunState::stopped;
    case job::JobState::failed: return widgets::RunState::failed;
    case job::JobState::done: return widgets::RunState::done;
    case job::JobState::dead: return widgets::RunState::dead;
    }
    return widgets::RunState::dead;
}

// A figure of the summary with its unit, by the key's last word.
QString number_text(const QString& key, double value) {
    if (!std::isfinite(value)) return QObject::tr("not taken");
    if (key.endsWith("accuracy") || key.endsWith("miou") || key.endsWith("mdice")) return widgets::percent(value, 2);
    if (key.contains("percent")) return widgets::percent_value(value, 3);
    if (key.endsWith("seconds")) return widgets::duration(value);
    if (key.endsWith("mib")) return widgets::bytes(value * 1024 * 1024);
    if (key.startsWith("parameters/") || value == std::floor(value)) return widgets::grouped(std::int64_t(value));
    return widgets::decimal(value, 4);
}

// "parameters/trainable_percent" → "Parameters, trainable percent".
QString label_of(QString key) {
    key.replace("_mib", "").replace('_', ' ').replace("/", ", ");
    if (!key.isEmpty()) key[0] = key[0].toUpper();
    return key;
}

// What people look for first: the accuracies, then what it cost.
int rank_of(const QString& key) {
    static const char* const order[] = {"test/accuracy", "test/", "val/", "best/", "parameters/", "time/", "memory/"};
    int place = 0;
    for (const char* start : order) {
        if (key.startsWith(start)) return place;
        ++place;
    }
    return place;
}

QTableWidget* plain_table(const QStringList& headers, const QString& object_name, const QString& accessible_name) {
    auto* table = named(new QTableWidget(0, int(headers.size())), object_name, accessible_name);
    table->setHorizontalHeaderLabels(headers);
    table->verticalHeader()->hide();
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setAlternatingRowColors(true);
    table->setShowGrid(false);
    table->setFont(widgets::fonts::tabular(table->font()));
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter); // as what stands below
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + widgets::grid);
    return table;
}

} // namespace

ResultsPage::ResultsPage(Workbench& bench, QWidget* parent)
    : Page(Stage::results, bench, tr("What came out: runs, numbers, predictions, and files to take away."), tr("Export…"), parent) {
    connect(primary(), &QPushButton::clicked, this, &ResultsPage::show_export);
    set_remedy(tr("Go to Train"), [this] { emit go_to(Stage::train); });

    auto* content = new QSplitter(Qt::Vertical);
    runs_ = named(new widgets::RunList, "results-runs", tr("Runs of this project"));
    auto* upper = new QWidget;
    auto* upper_layout = new QVBoxLayout(upper);
    upper_layout->setContentsMargins(0, 0, 0, 0);
    upper_layout->addWidget(runs_, 1);
    upper_layout->addWidget(build_notes());
    content->addWidget(upper);
    tabs_ = named(new QTabWidget, "results-tabs", tr("Parts of the result"));
    tabs_->setDocumentMode(true);
    numbers_ = plain_table({tr("Figure"), tr("Value")}, "results-numbers", tr("Summary numbers"));
    tabs_->addTab(numbers_, tr("N&umbers"));
    tabs_->addTab(build_curves(), tr("&Curves"));
    predictions_ = named(new PredictionsPanel, "results-predictions", tr("Predictions"));
    tabs_->addTab(predictions_, tr("&Predictions"));
    widgets::offer_export(predictions_->confusion(), "confusion", teller(this));
    masks_ = named(new MasksPanel, "results-masks", tr("Masks"));
    tabs_->addTab(masks_, tr("&Masks"));
    tabs_->setTabVisible(tabs_->indexOf(masks_), false); // of a segmentation alone
    attention_ = named(new AttentionPanel(bench), "results-attention", tr("Attention"));
    connect(attention_, &AttentionPanel::failed, this, &Page::failed);
    connect(attention_, &AttentionPanel::told, this, &Page::told);
    connect(predictions_, &PredictionsPanel::activated, this, [this](qint64 index) {
        tabs_->setCurrentWidget(attention_);
        attention_->show_image(index);
    });
    tabs_->addTab(attention_, tr("&Attention"));
    changes_ = named(new ChangesPanel(bench), "results-changes", tr("What the run changed"));
    connect(changes_, &ChangesPanel::failed, this, &Page::failed);
    connect(changes_, &ChangesPanel::told, this, &Page::told);
    tabs_->addTab(changes_, tr("Δ&W"));
    differences_ = plain_table({}, "results-differences", tr("In what the selected runs differ"));
    tabs_->addTab(differences_, tr("&Differences"));
    export_ = named(new ExportPanel(bench, charts_), "results-export", tr("Export"));
    tabs_->addTab(export_, tr("E&xport"));
    content->addWidget(tabs_);
    content->setStretchFactor(0, 1);
    content->setStretchFactor(1, 3);
    content->setSizes({150, 450});
    content->setChildrenCollapsible(false);
    set_content(content);

    connect(runs_, &widgets::RunList::selectionChangedTo, this, [this](const QStringList& ids) {
        for (JobClient* job : this->bench().hub.jobs(JobKind::train))
            if (!ids.isEmpty() && job->folder() == ids.first()) show_run(job);
        follow_charts();
        show_differences();
    });
    connect(&bench.document, &ProjectDocument::changed, this, &ResultsPage::show_differences);
    connect(tabs_, &QTabWidget::currentChanged, this, &ResultsPage::show_differences);
    connect(&bench.hub, &JobHub::jobs_changed, this, &ResultsPage::refresh_runs);
    connect(&bench.hub, &JobHub::progressed, this, [this](JobClient* job) {
        if (this->bench().hub.jobs(JobKind::train).contains(job)) put_run(job);
    });
    connect(&bench.hub, &JobHub::state_changed, this, [this](JobClient* job) {
        if (!this->bench().hub.jobs(JobKind::train).contains(job)) return;
        put_run(job);
        if (job == job_) load();
    });
    // What has just come out is what is looked for here, unless somebody is looking at another run.
    connect(&bench.hub, &JobHub::finished, this, [this](JobClient* job) {
        if (!isVisible() && this->bench().hub.jobs(JobKind::train).contains(job)) show_run(job);
    });
    refresh_runs();
}

QString ResultsPage::notes() const {
    return tr("Percent = trainable backbone parameters ÷ backbone parameters, both without the head. Every number carries the "
              "protocol it was taken under.");
}

void ResultsPage::show_export() { tabs_->setCurrentWidget(export_); }

void ResultsPage::refresh_runs() {
    const auto jobs = bench().hub.jobs(JobKind::train);
    // Only what is gone is taken out: the rows that stay keep their selection.
    const auto rows = runs_->runModel()->runs();
    for (const widgets::RunRow& row : rows)
        if (std::ranges::none_of(jobs, [&](const JobClient* job) { return job->folder() == row.id; })) runs_->runModel()->removeRun(row.id);
    for (const JobClient* job : jobs) put_run(job);
    if (jobs.isEmpty()) {
        show_run(nullptr);
        return show_empty(tr("No runs yet"), tr("A run's curves, numbers, predictions and weights are kept here."), tr("Go to Train"));
    }
    show_content();
    show_run(job_ && jobs.contains(job_) ? job_.data() : jobs.last());
}

void ResultsPage::put_run(const JobClient* job) {
    widgets::RunRow row;
    row.id = job->folder();
    row.name = job->name();
    row.state = run_state(job->state());
    if (!facts_.contains(row.id)) {
        if (const auto project = frozen_project(job->folder()))
            facts_[row.id] = {QString::fromStdString(project->method), project->recipe.epochs, read_notes(row.id).tags.join(", ")};
    }
    const Facts facts = facts_.value(row.id, {tr("unknown"), 0, {}});
    row.method = facts.method;
    row.epochs = facts.epochs;
    row.tags = facts.tags;
    const auto& metrics = job->metrics();
    for (const auto& points : metrics)
        if (!points.isEmpty()) row.epoch = std::max(row.epoch, points.last().epoch);
    const auto& results = job->results();
    if (results.contains("test/accuracy")) {
        row.accuracy = results["test/accuracy"];
        row.accuracy_split = "test";
    } else if (results.contains("test/miou")) { // a segmentation is judged by it
        row.accuracy = results["test/miou"];
        row.accuracy_split = "test mIoU";
    } else if (const auto value = job->latest("val/miou")) {
        row.accuracy = value;
        row.accuracy_split = "val mIoU";
    } else if (const auto value = job->latest("val/accuracy")) {
        row.accuracy = value;
        row.accuracy_split = "val";
    }
    qint64 parameters = 0;
    bool any = false;
    for (const char* part : {"parameters/matrices", "parameters/vectors", "parameters/class_token"})
        if (results.contains(part)) {
            parameters += qint64(results[part]);
            any = true;
        }
    if (any) row.parameters = parameters;
    runs_->runModel()->putRun(row);
}

void ResultsPage::show_run(JobClient* job) {
    const bool other = job != job_;
    job_ = job;
    export_->set_run(job);
    primary()->setEnabled(job);
    if (!other) return;
    if (job) runs_->select(job->folder());
    show_notes();
    follow_charts();
    show_differences();
    results_.reset();
    load();
}

void ResultsPage::load() {
    if (!job_ || !QFileInfo::exists(job_->folder() + "/results.h5")) {
        results_.reset();
        loading_ = false;
        return show_results();
    }
    loading_ = true;
    bench().road.read_results(
        job_->folder() + "/results.h5",
        [this, asked = job_](std::shared_ptr<const job::Results> results) {
            if (asked != job_ || !job_) return; // another run is shown by now, or none
            loading_ = false;
            results_ = std::move(results);
            show_results();
        },
        [this, asked = job_](const QString& error) {
            if (asked != job_ || !job_) return;
            loading_ = false;
            results_.reset();
            show_results();
            emit failed(error);
        });
}

void ResultsPage::show_results() {
    // Often it comes while somebody looks at another page.
    when_seen("results", [this] { fill_results(); });
}

void ResultsPage::fill_results() {
    changes_->set_run(results_ && job_ ? job_->folder() : QString());
    show_numbers();
    show_predictions();
}

void ResultsPage::show_numbers() {
    std::vector<std::pair<QString, QString>> rows;
    if (results_) {
        for (const auto& [key, value] : results_->summary) rows.emplace_back(QString::fromStdString(key), number_text(QString::fromStdString(key), value));
        std::ranges::stable_sort(rows, {}, [](const auto& row) { return rank_of(row.first); });
        for (const auto& [key, value] : results_->environment) rows.emplace_back(QString::fromStdString(key), QString::fromStdString(value));
    } else if (job_) {
        for (auto result = job_->results().constBegin(); result != job_->results().constEnd(); ++result)
            rows.emplace_back(result.key(), number_text(result.key(), result.value()));
        if (!job_->error().isEmpty()) rows.emplace_back(tr("error"), job_->error() + " " + job_->advice());
        if (rows.empty()) rows.emplace_back(tr("results"), tr("come when the run is done"));
    }
    numbers_->setRowCount(int(rows.size()));
    for (int i = 0; i < int(rows.size()); ++i) {
        auto* label = new QTableWidgetItem(label_of(rows[std::size_t(i)].first));
        label->setToolTip(rows[std::size_t(i)].first);
        numbers_->setItem(i, 0, label);
        numbers_->setItem(i, 1, new QTableWidgetItem(rows[std::size_t(i)].second));
    }
}

void ResultsPage::show_predictions() {
    if (!results_ || !job_) {
        masks_->show({}, nullptr, {}, nullptr);
        attention_->set_run({}, {}, nullptr, {});
        return predictions_->show(nullptr, {}, nullptr, job_ ? tr("Predictions come when the run is done.") : QString());
    }
    std::string spec;
    try {
        spec = job::parse_project(results_->project_toml, "results.h5").data.spec;
    } catch (const std::exception&) {
        // Of another version: the numbers are still good, only the images are missing.
    }
    const auto data = bench().road.data();
    const std::shared_ptr<const datasets::Dataset> dataset = data && data->spec == spec ? data->dataset : nullptr;
    predictions_->show(results_, spec, dataset, tr("This run's results hold no predictions."));
    const bool masks = bool(results_->segmentation);
    tabs_->setTabVisible(tabs_->indexOf(masks_), masks);
    tabs_->setTabVisible(tabs_->indexOf(predictions_), !masks);
    masks_->show(job_->folder(), results_, spec, dataset);
    const QString split = results_->predictions ? QString::fromStdString(results_->predictions->split) : QString();
    attention_->set_run(job_->folder(), spec, dataset, split);
}

} // namespace cdra::workbench
