// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/export_panel.h"

#include "app/workbench/launcher.h"
#include "core/base/error.h"
#include "widgets/chart_export.h"
#include "widgets/chart_grid.h"
#include "widgets/live_chart.h"
#include "widgets/theme.h"

#include <QDesktopServices>
#include <QDir>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QTimer>
#include <QUrl>
#include <QVBoxLayout>

#include <filesystem>

namespace cdra::workbench {

ExportPanel::ExportPanel(Workbench& bench, widgets::ChartGrid* charts, QWidget* parent)
    : QWidget(parent), bench_(bench), charts_(charts), copies_([this](const QString& done) { say(done); }, [this](const QString& error) { say(error, false); }) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::grid, 2 * widgets::grid, widgets::grid, widgets::grid);
    folder_ = named(new QLineEdit, "export-folder", tr("Folder to export into"));
    folder_->setPlaceholderText(tr("Folder to export into; made if it does not exist"));
    folder_->setAcceptDrops(false); // would insert "file:///…"; the panel takes folders
    setAcceptDrops(true);
    auto* browse = named(new QPushButton(tr("Browse…")), "export-browse", tr("Choose the folder"));
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString folder = QFileDialog::getExistingDirectory(this, tr("Export into"), folder_->text());
        if (!folder.isEmpty()) folder_->setText(folder);
    });
    layout->addWidget(heading(tr("Export into")));
    layout->addWidget(with_browse(folder_, browse));
    layout->addSpacing(widgets::grid);

    auto* grid = new QGridLayout;
    grid->setColumnStretch(2, 1);
    grid->setHorizontalSpacing(2 * widgets::grid);
    int row = 0;
    const auto add = [&](const QString& title, const QString& name, const QString& explanation, auto act, QWidget* extra = nullptr) {
        auto* button = named(new QPushButton(title), "export-" + name, title);
        connect(button, &QPushButton::clicked, this, act);
        buttons_.push_back(button);
        grid->addWidget(button, row, 0);
        if (extra) grid->addWidget(extra, row, 1);
        QLabel* words = muted_label(explanation);
        words->setWordWrap(true);
        grid->addWidget(words, row++, 2);
    };
    naming_ = named(new QComboBox, "export-naming", tr("Tensor names of the merged checkpoint"));
    naming_->addItem(tr("timm names"), "timm");
    naming_->addItem(tr("Hugging Face names"), "hf");
    add(tr("&Figures"), "figures", tr("Figures 2, 4 and 5 of the run's plan: PNG, SVG, PDF and their numbers as CSV."), [this] { export_figures(); });
    add(tr("&Curves"), "curves", tr("Loss, accuracy, learning rate, throughput and memory: PNG, SVG, PDF and their numbers as CSV."), [this] { export_curves(); });
    add(tr("&Results file"), "results", tr("results.h5 in the NeXus layout: opens in silx, h5py and xarray."), [this] { copy_results(); });
    add(tr("&Adapter"), "adapter", tr("adapter.safetensors: only what was trained."), [this] { export_adapter(); });
    peft_naming_ = named(new QComboBox, "export-peft-naming", tr("Names of the model the peft adapter is loaded on"));
    peft_naming_->addItem(tr("timm names"), "timm");
    peft_naming_->addItem(tr("Hugging Face names"), "hf");
    add(tr("&peft adapter"), "peft", tr("A folder that Python's peft loads without any code of ours."), [this] { export_peft(); }, peft_naming_);
    add(tr("&Merged checkpoint"), "merged", tr("model.safetensors with the change added in: as fast as the base model."), [this] { export_merged(); }, naming_);
    layout->addLayout(grid);
    layout->addSpacing(widgets::grid);
    outcome_ = value_label("export-outcome", tr("Outcome of the export"));
    outcome_->setWordWrap(true);
    layout->addWidget(outcome_);
    auto* open = named(new QPushButton(tr("&Open folder")), "export-open", tr("Open the folder"));
    connect(open, &QPushButton::clicked, this, [this] {
        if (!folder_->text().isEmpty()) QDesktopServices::openUrl(QUrl::fromLocalFile(folder_->text()));
    });
    layout->addWidget(open, 0, Qt::AlignLeft);
    layout->addStretch(1);

    connect(&bench.runner, &Runner::short_finished, this, [this](const QString& what, bool ok, const QString& output) {
        say(ok ? tr("%1 written: %2").arg(what, output) : tr("%1 was not written: %2").arg(what, output), ok);
    });
    connect(&bench.runner, &Runner::figures_exported, this,
            [this](const QString& folder) { say(tr("Figures 2, 4 and 5 written: %1").arg(folder)); });
    connect(&bench.road, &Road::model_changed, this, &ExportPanel::follow_names);
    follow_names();
    set_run(nullptr);
}

// What goes back to where the checkpoint came from has its names.
void ExportPanel::follow_names() {
    const auto model = bench_.road.model();
    if (!model || model->path == named_as_) return;
    named_as_ = model->path;
    const std::string_view word = checkpoint::name_of(model->spec.naming);
    for (QComboBox* box : {naming_, peft_naming_})
        box->setCurrentIndex(box->findData(QString::fromUtf8(word.data(), qsizetype(word.size()))));
}

void ExportPanel::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (!urls.isEmpty() && QFileInfo(urls.first().toLocalFile()).isDir()) event->acceptProposedAction();
    else event->ignore();
}

void ExportPanel::dropEvent(QDropEvent* event) {
    folder_->setText(event->mimeData()->urls().constFirst().toLocalFile());
    event->acceptProposedAction();
}

void ExportPanel::set_run(JobClient* job) {
    if (job && job_ != job) {
        folder_->setText(bench_.document.folder() + "/export/" + job->name());
        outcome_->clear();
    }
    job_ = job;
    for (QPushButton* button : buttons_) button->setEnabled(job);
}

void ExportPanel::say(const QString& message, bool good) {
    QPalette palette = this->palette();
    palette.setColor(QPalette::WindowText, good ? widgets::colours::good(palette) : widgets::colours::danger(palette));
    outcome_->setPalette(palette);
    outcome_->setText(message);
}

QString ExportPanel::target() {
    const QString folder = folder_->text().trimmed();
    if (folder.isEmpty()) {
        say(tr("Name a folder to export into."), false);
        folder_->setFocus();
        return {};
    }
    if (!QDir().mkpath(folder)) {
        say(tr("The folder %1 can't be made: choose another.").arg(folder), false);
        return {};
    }
    return QFileInfo(folder).absoluteFilePath();
}

void ExportPanel::export_figures() {
    const QString folder = target();
    if (folder.isEmpty() || !job_) return;
    const QString file = job_->folder() + "/plan.h5";
    if (!QFileInfo::exists(file)) return say(tr("%1 has no plan, hence no such figures: its method adapts no compact box.").arg(job_->name()), false);
    say(tr("Drawing…"));
    bench_.road.read_plan(
        file, [this, folder](auto plan) { bench_.runner.export_figures(std::move(plan), folder); },
        [this](const QString& error) { say(error, false); });
}

void ExportPanel::export_curves() {
    const QString folder = target();
    if (folder.isEmpty()) return;
    curves_to_do_.clear();
    const std::pair<widgets::LiveChart*, const char*> charts[] = {{charts_->loss(), "loss"},
                                                                  {charts_->accuracy(), "accuracy"},
                                                                  {charts_->learningRate(), "learning-rate"},
                                                                  {charts_->throughput(), "throughput"},
                                                                  {charts_->memory(), "memory"}};
    for (const auto& [chart, name] : charts)
        for (const char* ending : {".png", ".svg", ".pdf", ".csv"}) curves_to_do_.emplace_back(chart, folder + "/" + name + ending);
    curves_drawn_.clear();
    say(tr("Drawing…"));
    QTimer::singleShot(0, this, [this, folder] { draw_next_curve(folder); });
}

// One picture a turn of the event loop, so that the window goes on; all are encoded and written on a worker afterwards.
void ExportPanel::draw_next_curve(const QString& folder) {
    if (curves_to_do_.empty()) {
        return copies_.request([files = std::exchange(curves_drawn_, {}), folder](const std::stop_token&) {
            for (const auto& write : files) write();
            return tr("Curves written: %1").arg(folder);
        });
    }
    const auto [chart, file] = curves_to_do_.front();
    curves_to_do_.pop_front();
    try {
        curves_drawn_.push_back(widgets::prepare_chart(*chart, file.toStdString(), widgets::figure_dpi()));
    } catch (const std::exception& error) {
        curves_to_do_.clear();
        return say(QString::fromUtf8(error.what()), false);
    }
    QTimer::singleShot(0, this, [this, folder] { draw_next_curve(folder); });
}

void ExportPanel::export_adapter() {
    const QString folder = target();
    if (!folder.isEmpty() && job_) bench_.runner.run_short(tr("Adapter"), export_arguments(job_->folder(), folder));
}

void ExportPanel::export_peft() {
    const QString folder = target();
    if (!folder.isEmpty() && job_)
        bench_.runner.run_short(tr("peft adapter"), {"export", job_->folder(), "--format", "peft", "--naming", peft_naming_->currentData().toString(), "--out", folder + "/peft"});
}

void ExportPanel::export_merged() {
    const QString folder = target();
    if (folder.isEmpty() || !job_) return;
    say(tr("Merging…"));
    bench_.runner.run_short(tr("Merged checkpoint"), merge_arguments(job_->folder(), naming_->currentData().toString(), folder + "/model.safetensors"));
}

void ExportPanel::copy_results() {
    const QString folder = target();
    if (folder.isEmpty() || !job_) return;
    const QString from = job_->folder() + "/results.h5", to = folder + "/results.h5";
    if (!QFileInfo::exists(from)) return say(tr("%1 has no results yet: let it finish.").arg(job_->name()), false);
    say(tr("Copying…"));
    // On a worker: with a large model's matrices it may be hundreds of megabytes, over a network.
    copies_.request([from, to](const std::stop_token&) {
        const QString part = to + ".part";
        QFile::remove(part);
        if (!QFile::copy(from, part)) throw IoError(tr("%1 can't be written: is the disk full?").arg(to).toStdString());
        std::error_code error; // replaces in one step: an earlier copy is never gone without a new one
        std::filesystem::rename(part.toStdString(), to.toStdString(), error);
        if (error) throw IoError(tr("%1 can't be written.").arg(to).toStdString());
        return tr("Results written: %1").arg(to);
    });
}

} // namespace cdra::workbench
