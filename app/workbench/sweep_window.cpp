// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/sweep_window.h"

#include "app/workbench/launcher.h"
#include "app/workbench/page.h"
#include "core/base/error.h"
#include "widgets/format.h"
#include "widgets/theme.h"

#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSortFilterProxyModel>
#include <QSpinBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace cdra::workbench {

namespace {

constexpr qint64 log_tail = 64 * 1024; // bytes of a run's log that are shown

// Rows of one cell of the table, or all.
class RunFilter : public QSortFilterProxyModel {
  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void only(const QString& row, const QString& task) {
        row_ = row, task_ = task;
        invalidateFilter();
    }

  protected:
    bool filterAcceptsRow(int index, const QModelIndex& parent) const override {
        const auto text = [&](int column) { return sourceModel()->index(index, column, parent).data().toString(); };
        return row_.isEmpty() || (text(SweepRuns::row) == row_ && text(SweepRuns::task) == task_);
    }

  private:
    QString row_, task_;
};

QTableView* table(QAbstractItemModel* model, const QString& object_name, const QString& accessible_name) {
    auto* view = named(new QTableView, object_name, accessible_name);
    view->setModel(model);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setAlternatingRowColors(true);
    view->setShowGrid(false);
    view->setTabKeyNavigation(false); // Tab leaves the table, arrows walk it
    view->setFont(widgets::fonts::tabular(view->font()));
    return view;
}

QString tail_of(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    if (file.size() > log_tail) file.seek(file.size() - log_tail);
    return QString::fromUtf8(file.read(log_tail));
}

} // namespace

SweepWindow::SweepWindow(QWidget* parent)
    : QWidget(parent, Qt::Window), overviews_([this](const SweepOverview& overview) { put(overview); },
                                              [this](const QString& why) { emit failed(why); }),
      logs_([this](const QString& text) {
          log_->setPlainText(text);
          log_->moveCursor(QTextCursor::End);
      }) {
    setObjectName("sweep-window");
    setWindowTitle(tr("Sweep"));
    resize(1100, 760);
    tail_thread_.setObjectName("sweep-tail");
    tail_thread_.start();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(8);
    layout->addWidget(build_form());
    auto* line = new QHBoxLayout;
    title_ = heading({});
    state_ = value_label("sweep-state", tr("State of the sweep"));
    pause_ = named(new QPushButton(tr("&Pause")), "sweep-pause", tr("Pause the sweep, or go on"));
    stop_ = named(new QPushButton(tr("S&top and save")), "sweep-stop", tr("Stop the sweep; its runs save, and it can go on later"));
    line->addWidget(title_);
    line->addWidget(state_, 1);
    line->addWidget(pause_);
    line->addWidget(stop_);
    layout->addLayout(line);
    progress_ = named(new QProgressBar, "sweep-progress", tr("Runs that are over"));
    layout->addWidget(progress_);
    layout->addWidget(build_tables(), 1);
    connect(pause_, &QPushButton::clicked, this, [this] {
        try {
            if (job_ && job_->state() == job::JobState::paused) job_->resume_paused();
            else if (job_) job_->pause();
        } catch (const std::exception& error) {
            emit failed(QString::fromUtf8(error.what()));
        }
    });
    connect(stop_, &QPushButton::clicked, this, [this] {
        try {
            if (job_) job_->stop();
        } catch (const std::exception& error) {
            emit failed(QString::fromUtf8(error.what()));
        }
    });
    show_state();
}

SweepWindow::~SweepWindow() {
    job_.reset();
    tail_thread_.quit();
    tail_thread_.wait();
}

QLineEdit* SweepWindow::path_field(const QString& object_name, const QString& accessible_name, const QString& hint, bool folder,
                                   QWidget** whole) {
    auto* edit = named(new QLineEdit, object_name, accessible_name);
    edit->setPlaceholderText(hint);
    auto* browse = named(new QPushButton(tr("Browse…")), object_name + "-browse", tr("Browse for: %1").arg(accessible_name));
    connect(browse, &QPushButton::clicked, this, [this, edit, folder, accessible_name] {
        const QString chosen = folder ? QFileDialog::getExistingDirectory(this, accessible_name, edit->text())
                                      : QFileDialog::getOpenFileName(this, accessible_name, edit->text(), tr("Sweeps (*.toml)"));
        if (!chosen.isEmpty()) edit->setText(chosen);
    });
    connect(edit, &QLineEdit::textChanged, this, &SweepWindow::show_state);
    *whole = with_browse(edit, browse);
    return edit;
}

QWidget* SweepWindow::build_form() {
    auto* form = new QWidget;
    auto* layout = new QFormLayout(form);
    layout->setContentsMargins(0, 0, 0, 0);
    QWidget* whole = nullptr;
    file_ = path_field("sweep-file", tr("Sweep file"), tr("SWEEP.toml: rows, tasks, seeds and what is chosen"), false, &whole);
    layout->addRow(tr("&Sweep file"), whole);
    data_ = path_field("sweep-data", tr("Data folder"), tr("what {data} stands for in the file"), true, &whole);
    layout->addRow(tr("&Data folder"), whole);
    model_ = path_field("sweep-model", tr("Model"), tr("checkpoint of all runs; empty: as the file says"), true, &whole);
    layout->addRow(tr("&Model"), whole);
    out_ = path_field("sweep-out", tr("Folder of the sweep"), tr("where runs and tables go; a finished run there is kept"), true, &whole);
    layout->addRow(tr("&Folder"), whole);
    auto* line = new QHBoxLayout;
    jobs_ = make_spin(1, 64, "sweep-jobs", tr("Runs at a time"));
    start_ = named(new QPushButton(tr("Sta&rt or go on")), "sweep-start", tr("Start the sweep, or go on with it"));
    watch_ = named(new QPushButton(tr("&Watch only")), "sweep-watch", tr("Show the folder's sweep without starting it"));
    line->addWidget(jobs_);
    line->addWidget(start_);
    line->addWidget(watch_);
    line->addStretch(1);
    layout->addRow(tr("Runs at a &time"), line);
    connect(start_, &QPushButton::clicked, this, &SweepWindow::start);
    connect(watch_, &QPushButton::clicked, this, [this] { watch(out_->text().trimmed()); });
    return form;
}

QWidget* SweepWindow::build_tables() {
    cells_ = new SweepCells(this);
    runs_ = new SweepRuns(this);
    auto* filter_model = new RunFilter(this);
    shown_runs_ = filter_model;
    shown_runs_->setSourceModel(runs_);
    shown_runs_->setSortRole(SweepRuns::sort_role);
    cell_view_ = table(cells_, "sweep-cells", tr("Rows by tasks: test figure in per cent, mean and deviation over seeds"));
    cell_view_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    run_view_ = table(shown_runs_, "sweep-runs", tr("Runs of the sweep"));
    run_view_->verticalHeader()->hide();
    run_view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    run_view_->setSelectionMode(QAbstractItemView::SingleSelection);
    run_view_->setSortingEnabled(true);
    run_view_->sortByColumn(-1, Qt::AscendingOrder); // the queue's order
    run_view_->horizontalHeader()->setStretchLastSection(true);
    log_ = named(new QPlainTextEdit, "sweep-log", tr("What the selected run said"));
    log_->setReadOnly(true);
    log_->setFont(widgets::fonts::tabular(log_->font()));
    log_->setPlaceholderText(tr("Select a run to read its log."));
    everything_ = named(new QPushButton(tr("&All runs")), "sweep-all", tr("Show the runs of all rows and tasks"));
    everything_->setEnabled(false);
    connect(cell_view_->selectionModel(), &QItemSelectionModel::currentChanged, this, &SweepWindow::filter);
    connect(everything_, &QPushButton::clicked, this, [this] {
        cell_view_->setCurrentIndex({});
        filter({});
    });
    connect(run_view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &SweepWindow::show_log);
    auto* lower = new QSplitter(Qt::Horizontal);
    auto* left = new QWidget;
    auto* left_layout = new QVBoxLayout(left);
    left_layout->setContentsMargins(0, 0, 0, 0);
    left_layout->addWidget(run_view_);
    left_layout->addWidget(everything_, 0, Qt::AlignLeft);
    lower->addWidget(left);
    lower->addWidget(log_);
    lower->setSizes({720, 340});
    auto* both = new QSplitter(Qt::Vertical);
    both->addWidget(cell_view_);
    both->addWidget(lower);
    both->setSizes({260, 300});
    both->setChildrenCollapsible(false);
    return both;
}

void SweepWindow::suggest(const QString& model) {
    if (model_->text().isEmpty()) model_->setText(model);
}

QStringList SweepWindow::command() const {
    const QString file = file_->text().trimmed(), out = out_->text().trimmed(), data = data_->text().trimmed(),
                  model = model_->text().trimmed();
    if (file.isEmpty() || out.isEmpty()) return {};
    QStringList words{"sweep", file, "--out", out, "--jobs", QString::number(jobs_->value())};
    if (!data.isEmpty()) words << "--data" << data;
    if (!model.isEmpty()) words << "--model" << model;
    return words;
}

void SweepWindow::start() {
    const QString out = out_->text().trimmed();
    try {
        const QString log = QFileInfo(out).absoluteFilePath() + ".log";
        if (!QDir().mkpath(QFileInfo(log).absolutePath()))
            throw IoError(log.toStdString() + ": its folder cannot be made; choose another folder");
        const StartedProcess process = start_detached(command() << "--quiet", log);
        folder_ = out;
        job_ = std::make_unique<JobClient>(folder_, tail_thread_, process.pid, process.output);
        follow();
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void SweepWindow::watch(const QString& folder) {
    if (!QFileInfo::exists(folder + "/sweep.json"))
        return emit failed(tr("%1 has no sweep.json; choose the folder of a sweep, or start one").arg(folder));
    folder_ = folder;
    out_->setText(folder);
    job_ = std::make_unique<JobClient>(folder_, tail_thread_);
    follow();
}

void SweepWindow::follow() {
    connect(job_.get(), &JobClient::state_changed, this, &SweepWindow::refresh);
    connect(job_.get(), &JobClient::progressed, this, &SweepWindow::refresh);
    connect(job_.get(), &JobClient::finished, this, [this](job::JobState how) {
        if (how == job::JobState::failed && !job_->error().isEmpty()) emit failed(job_->error());
        refresh();
    });
    refresh();
}

// The file is read and counted on a worker.
void SweepWindow::refresh() {
    show_state();
    if (!QFileInfo::exists(folder_ + "/sweep.json")) return; // just started
    overviews_.request([folder = folder_](const std::stop_token&) { return read_sweep_overview(folder); });
}

void SweepWindow::put(const SweepOverview& overview) {
    overview_ = overview;
    cells_->set(overview);
    runs_->set(overview.runs);
    if (run_view_->columnWidth(SweepRuns::row) < 110) run_view_->resizeColumnsToContents();
    if (run_view_->currentIndex().isValid()) show_log(); // it may have grown
    show_state();
}

void SweepWindow::show_state() {
    if (!cells_) return; // the form is being built
    start_->setEnabled(!command().isEmpty() && !(job_ && job_->active() && folder_ == out_->text().trimmed()));
    watch_->setEnabled(!out_->text().trimmed().isEmpty());
    const bool active = job_ && job_->active(), paused = job_ && job_->state() == job::JobState::paused;
    pause_->setEnabled(active);
    pause_->setText(paused ? tr("&Go on") : tr("&Pause"));
    stop_->setEnabled(active);
    title_->setText(overview_.name);
    const int all = int(overview_.runs.size());
    const int over = all - overview_.count("waiting") - overview_.count("running");
    progress_->setRange(0, std::max(all, 1));
    progress_->setValue(over);
    if (folder_.isEmpty()) return state_->setText(tr("Choose a sweep file and a folder, or watch a sweep that is there."));
    QStringList parts{tr("%1 of %2 done").arg(overview_.count("done")).arg(all)};
    if (const int running = overview_.count("running"); running > 0 && active) parts << tr("%1 running").arg(running);
    if (const int bad = overview_.count("failed") + overview_.count("skipped"); bad > 0) parts << tr("%1 failed").arg(bad);
    if (paused) parts << tr("paused");
    else if (active && overview_.eta_seconds >= 0) parts << widgets::eta(overview_.eta_seconds);
    else if (job_ && !active && over < all) parts << tr("stopped: it goes on by Start");
    state_->setText(parts.join(", "));
}

void SweepWindow::filter(const QModelIndex& cell) {
    auto* runs = static_cast<RunFilter*>(shown_runs_);
    everything_->setEnabled(cell.isValid());
    if (!cell.isValid()) return runs->only({}, {});
    runs->only(overview_.rows.value(cell.row()), overview_.tasks.value(cell.column()));
}

void SweepWindow::show_log() {
    const QModelIndex current = run_view_->currentIndex();
    if (!current.isValid()) return log_->clear();
    const SweepRun& run = runs_->run(shown_runs_->mapToSource(current).row());
    QString queued = run.folder;
    queued.replace('/', '~');
    logs_.request([own = folder_ + "/" + run.folder + "/log.txt", started = folder_ + "/queue/" + queued + ".log",
                   message = run.message](const std::stop_token&) {
        const QString log = tail_of(own), before = tail_of(started);
        return QStringList({log, before, message}).filter(QRegularExpression(".")).join("\n");
    });
}

} // namespace cdra::workbench
