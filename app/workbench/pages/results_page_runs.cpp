// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The results page's comparison of runs: curves over each other, notes and tags, differences.
#include "app/workbench/differences.h"
#include "app/workbench/frozen.h"
#include "app/workbench/pages/attention_panel.h"
#include "app/workbench/pages/masks_panel.h"
#include "app/workbench/pages/predictions_panel.h"
#include "app/workbench/pages/results_page.h"
#include "app/workbench/run_notes.h"
#include "widgets/chart_export.h"
#include "widgets/live_chart.h"
#include "widgets/run_list.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QRegularExpression>
#include <QTabWidget>
#include <QTableWidget>
#include <QVBoxLayout>

namespace cdra::workbench {

bool ResultsPage::settled() const { return !loading_ && predictions_->settled() && masks_->settled() && (!attention_->isVisible() || attention_->settled()); }

QWidget* ResultsPage::build_notes() {
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    const auto add = [&](const QString& label, const char* name, const QString& accessible, const QString& hint, int stretch) {
        auto* edit = named(new QLineEdit, name, accessible);
        edit->setPlaceholderText(hint);
        auto* words = new QLabel(label);
        words->setBuddy(edit);
        row->addWidget(words);
        row->addWidget(edit, stretch);
        connect(edit, &QLineEdit::editingFinished, this, &ResultsPage::keep_notes);
        return edit;
    };
    tags_ = add(tr("Ta&gs"), "results-tags", tr("Tags of the run"), tr("baseline, paper"), 1);
    notes_ = add(tr("N&otes"), "results-notes", tr("Notes on the run"), tr("what was tried, what was seen"), 3);
    return box;
}

QWidget* ResultsPage::build_curves() {
    auto* box = new QWidget;
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, widgets::grid, 0, 0);
    charts_ = named(new widgets::ChartGrid, "results-charts", tr("Curves of the selected runs"));
    tools_ = new ChartTools("results", charts_);
    auto* row = new QHBoxLayout;
    row->addWidget(muted_label(tr("Select several runs to see them over each other.")), 1);
    row->addWidget(tools_);
    layout->addLayout(row);
    layout->addWidget(charts_, 1);
    const auto tell = teller(this);
    for (auto* chart : {charts_->loss(), charts_->accuracy(), charts_->learningRate(), charts_->throughput(), charts_->memory()})
        widgets::offer_export(chart, chart->accessibleName().toLower().replace(' ', '-'), tell);
    return box;
}

QList<JobClient*> ResultsPage::chosen_runs() const {
    QList<JobClient*> chosen;
    if (job_) chosen << job_;
    const QStringList ids = runs_->selectedIds();
    for (JobClient* job : bench().hub.jobs(JobKind::train))
        if (job != job_ && ids.contains(job->folder())) chosen << job;
    return chosen;
}

void ResultsPage::follow_charts() {
    QList<const JobClient*> feeding;
    // One that is not chosen any more must not be heard any more: it would fill another's curves.
    for (JobClient* job : bench().hub.jobs(JobKind::train)) job->disconnect(charts_);
    for (JobClient* job : chosen_runs()) {
        feeding << job;
        connect(job, &JobClient::metrics_arrived, charts_, [this] { tools_->feed().update(); });
        connect(job, &JobClient::metrics_reset, charts_, [this] { tools_->feed().refill(); });
    }
    tools_->feed().start(charts_, feeding);
}

void ResultsPage::show_notes() {
    const RunNotes kept = job_ ? read_notes(job_->folder()) : RunNotes();
    tags_->setText(kept.tags.join(", "));
    notes_->setText(kept.notes);
    tags_->setEnabled(job_);
    notes_->setEnabled(job_);
}

void ResultsPage::keep_notes() {
    if (!job_) return;
    RunNotes kept = read_notes(job_->folder());
    const RunNotes before = kept;
    kept.notes = notes_->text().trimmed();
    kept.tags.clear();
    for (const QString& tag : tags_->text().split(QRegularExpression("[,;]"), Qt::SkipEmptyParts))
        if (!tag.trimmed().isEmpty()) kept.tags << tag.trimmed();
    if (kept == before) return;
    try {
        write_notes(job_->folder(), kept);
    } catch (const std::exception& error) {
        return emit failed(tr("The notes were not kept: %1").arg(QString::fromUtf8(error.what())));
    }
    if (const auto facts = facts_.find(job_->folder()); facts != facts_.end()) facts->tags = kept.tags.join(", ");
    put_run(job_);
}

void ResultsPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    show_differences();
}

void ResultsPage::show_differences() {
    if (!isVisible() || tabs_->currentWidget() != differences_) return; // asked for again when it is seen
    const auto runs = chosen_runs();
    std::vector<job::Project> projects;
    QStringList headers{tr("Setting")};
    const auto add = [&](const JobClient* job) {
        const auto frozen = frozen_project(job->folder());
        if (!frozen) return; // refused before it began
        projects.push_back(*frozen);
        headers << job->name();
    };
    for (const JobClient* job : runs) add(job);
    if (projects.size() < 2 && !projects.empty()) { // one run: against what the project says now
        projects.push_back(bench().document.project());
        headers << tr("this project now");
    }
    const auto found = differences(projects);
    differences_->setColumnCount(int(headers.size()));
    differences_->setHorizontalHeaderLabels(headers);
    differences_->setRowCount(int(found.size()));
    for (int row = 0; row < int(found.size()); ++row) {
        differences_->setItem(row, 0, new QTableWidgetItem(found[std::size_t(row)].key));
        for (int column = 0; column < int(found[std::size_t(row)].values.size()); ++column) {
            auto* item = new QTableWidgetItem(found[std::size_t(row)].values[column]);
            item->setToolTip(item->text());
            differences_->setItem(row, column + 1, item);
        }
    }
    if (found.empty() && !projects.empty()) {
        differences_->setRowCount(1);
        differences_->setItem(0, 0, new QTableWidgetItem(tr("no setting differs")));
    }
}

} // namespace cdra::workbench
