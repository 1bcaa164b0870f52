// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/runner.h"

#include "app/workbench/document.h"
#include "app/workbench/job_hub.h"
#include "app/workbench/launcher.h"
#include "app/workbench/road.h"
#include "app/workbench/run_notes.h"
#include "widgets/figure.h"

#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>

namespace cdra::workbench {

namespace {

// A file name made of the project's name.
QString slug(const QString& name) {
    QString word = name.toLower();
    word.replace(QRegularExpression("[^a-z0-9]+"), "-");
    word.remove(QRegularExpression("^-+|-+$"));
    return word.isEmpty() ? QString("run") : word.left(40);
}

QString plan_path(const QString& folder, const QString& run) {
    return folder + "/plans/" + QFileInfo(run).fileName() + ".h5"; // one a run: resuming needs the very plan it began with
}

} // namespace

Runner::Runner(ProjectDocument& document, Road& road, JobHub& hub, QObject* parent)
    : QObject(parent), document_(document), road_(road), hub_(hub), queue_(hub, road),
      exports_([this](const QString& folder) { emit figures_exported(folder); },
               [this](const QString& error) { emit failed(tr("The figures could not be written: %1").arg(error)); }) {
    connect(&queue_, &RunQueue::failed, this, &Runner::failed);
    connect(&queue_, &RunQueue::started, this, &Runner::started);
    connect(&hub_, &JobHub::state_changed, this, &Runner::remember_forecast);
    connect(this, &Runner::figures_exported, this, [this](const QString& folder) {
        emit told(tr("Figures 2, 4 and 5 are in %1 as PNG, SVG, PDF and CSV.").arg(folder));
    });
}

void Runner::export_figures(std::shared_ptr<const compact::CompactPlan> plan, const QString& folder) {
    exports_.request([plan = std::move(plan), folder](const std::stop_token&) {
        widgets::figures::export_figures(folder.toStdString(), *plan);
        return folder;
    });
}

QString Runner::default_parent() {
    return QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) + "/CDRA workbench";
}

bool Runner::ensure_saved() {
    try {
        if (document_.file().isEmpty()) {
            document_.save_untitled(default_parent());
            emit told(tr("The project was saved as %1, because work needs a folder.").arg(document_.file()));
        } else {
            document_.save();
        }
        return true;
    } catch (const std::exception& error) {
        emit failed(tr("The project can't be saved, so nothing was started: %1").arg(error.what()));
        return false;
    }
}

QString Runner::next_run() const {
    const QString folder = document_.folder().isEmpty() ? QString("PROJECT") : document_.folder();
    return next_free_path(folder + "/runs", slug(document_.display_name()));
}

QString Runner::next_sensitivity() const {
    const QString folder = document_.folder();
    for (int number = 1;; ++number) {
        const QString name = "sensitivity-" + QString::number(number);
        if (!QFileInfo::exists(folder + "/.jobs/" + name) && !QFileInfo::exists(folder + "/" + name + ".h5")) return name;
    }
}

std::int64_t Runner::training_images() const {
    const auto data = road_.data();
    return data ? std::int64_t(data->dataset->samples("train").size()) : 0;
}

QStringList Runner::next_sensitivity_command() const {
    const job::Project& project = document_.project();
    if (project.model.path.empty() || project.data.spec.empty()) return {};
    const QString folder = document_.folder().isEmpty() ? QString("PROJECT") : document_.folder();
    const QString name = next_sensitivity();
    return sensitivity_arguments(project, folder + "/" + name + ".h5", folder + "/.jobs/" + name, training_images());
}

bool Runner::wants_plan() const {
    const auto& method = methods::find_method(document_.project().method);
    return method.needs_plan && !method.make_plan;
}

QString Runner::own_map() const {
    return methods::find_method(document_.project().method).make_plan ? QString::fromStdString(document_.project().sensitivity.map) : QString();
}

std::optional<Forecast> Runner::next_forecast() const { return forecast(document_.project(), training_images(), hub_.jobs(JobKind::train)); }

void Runner::remember_forecast(JobClient* job) {
    const auto known = forecasts_.constFind(job->folder());
    if (known == forecasts_.constEnd() || job->state() == job::JobState::queued || !QFileInfo::exists(job->folder())) return;
    RunNotes notes = read_notes(job->folder());
    notes.forecast_seconds = known->seconds;
    notes.forecast_mib = known->mib;
    forecasts_.remove(job->folder());
    try {
        write_notes(job->folder(), notes);
    } catch (const std::exception&) {
        // A folder of somebody else's: the run goes on, only the comparison is missing later.
    }
}

QString Runner::training_obstacle() const {
    const job::Project& project = document_.project();
    if (project.model.path.empty()) return tr("Choose a model first.");
    if (project.data.spec.empty()) return tr("Choose data first.");
    if (road_.state(Stage::model).health == Health::failed) return road_.state(Stage::model).reason;
    if (road_.state(Stage::data).health == Health::failed) return road_.state(Stage::data).reason;
    try {
        const auto& method = methods::find_method(project.method);
        methods::resolve_options(method, project.method_options);
        if (method.needs_plan && !road_.plan()) return tr("%1 needs a sensitivity map: compute it first (Ctrl+3).")
                .arg(QString::fromUtf8(method.title.data(), qsizetype(method.title.size())));
        job::validate(project);
    } catch (const std::exception& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

QStringList Runner::next_train_command() const {
    const job::Project& project = document_.project();
    if (project.model.path.empty() || project.data.spec.empty()) return {};
    const QString run = next_run();
    const QString file = document_.file().isEmpty() ? QString("PROJECT/project.toml") : document_.file();
    try {
        const QString folder = document_.folder().isEmpty() ? QString("PROJECT") : document_.folder();
        return train_arguments(file, wants_plan() ? plan_path(folder, run) : QString(), run, own_map());
    } catch (const std::exception&) {
        return {}; // a method that is not known
    }
}

void Runner::compute_sensitivity() {
    if (document_.project().model.path.empty()) return emit failed(tr("Choose a model first (Ctrl+1)."));
    if (document_.project().data.spec.empty()) return emit failed(tr("Choose data first (Ctrl+2)."));
    if (const JobClient* job = hub_.at_work(JobKind::sensitivity)) return emit failed(tr("%1 is being computed already: stop it first.").arg(job->name()));
    if (!ensure_saved()) return;
    try {
        const QString name = next_sensitivity();
        const QStringList command = sensitivity_arguments(document_.project(), document_.folder() + "/" + name + ".h5",
                                                          hub_.jobs_folder() + "/" + name, training_images());
        emit started(hub_.start(JobKind::sensitivity, command, hub_.jobs_folder() + "/" + name));
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void Runner::train() {
    if (launching_) return;
    const QString obstacle = training_obstacle();
    if (!obstacle.isEmpty()) return emit failed(obstacle);
    if (!ensure_saved()) return;
    const QString run = next_run();
    const auto launch = [this, run](const QString& plan) {
        try {
            if (const auto expected = next_forecast()) forecasts_[run] = *expected;
            emit started(hub_.start(JobKind::train, train_arguments(document_.file(), plan, run, own_map()), run));
        } catch (const std::exception& error) {
            emit failed(QString::fromUtf8(error.what()));
        }
    };
    if (!wants_plan()) return launch({});
    const QString plan = plan_path(document_.folder(), run);
    launching_ = true;
    road_.write_plan(plan, [this, plan, launch](const QString& error) {
        launching_ = false;
        if (error.isEmpty()) launch(plan);
        else emit failed(tr("The plan can't be written, so nothing was started: %1").arg(error));
    });
}

void Runner::train_or_enqueue() {
    hub_.at_work(JobKind::train) ? enqueue() : train();
}

void Runner::enqueue() {
    const QString obstacle = training_obstacle();
    if (!obstacle.isEmpty()) return emit failed(obstacle);
    if (!ensure_saved()) return;
    try {
        queue_.set_project_folder(document_.folder());
        queue_.add(document_.project(), wants_plan() ? road_.plan() : nullptr, slug(document_.display_name()));
    } catch (const std::exception& error) {
        emit failed(tr("The run was not queued: %1").arg(QString::fromUtf8(error.what())));
    }
}

void Runner::pause(JobClient* job) {
    try {
        if (job->state() == job::JobState::paused) job->resume_paused();
        else job->pause();
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void Runner::stop(JobClient* job) {
    try {
        job->stop();
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void Runner::checkpoint(JobClient* job) {
    try {
        job->checkpoint();
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void Runner::resume(JobClient* job) {
    if (job->active()) return emit failed(tr("%1 is running already.").arg(job->name()));
    try {
        hub_.resume(job);
        emit started(job);
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void Runner::run_short(const QString& what, const QStringList& arguments) {
    run_short(arguments, this, [this, what](bool ok, const QString& output) { emit short_finished(what, ok, output); });
}

void Runner::run_short(const QStringList& arguments, QObject* asker, std::function<void(bool ok, const QString& output)> then) {
    QString program;
    try {
        program = find_cdra();
    } catch (const std::exception& error) {
        return then(false, QString::fromUtf8(error.what()));
    }
    auto* process = new QProcess(this);
    connect(process, &QProcess::finished, asker, [process, then](int code, QProcess::ExitStatus status) {
        const bool ok = status == QProcess::NormalExit && code == 0;
        // The result is on standard output; what went wrong is the last line of the progress on standard error.
        const QByteArray words = ok ? process->readAllStandardOutput() : process->readAllStandardError().trimmed().split('\n').last();
        then(ok, QString::fromUtf8(words).trimmed());
    });
    connect(process, &QProcess::errorOccurred, asker, [process, then](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) then(false, process->errorString()); // finished() follows otherwise
    });
    connect(process, &QProcess::finished, process, &QObject::deleteLater);
    connect(process, &QProcess::errorOccurred, process, [process](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) process->deleteLater();
    });
    process->start(program, arguments);
}

} // namespace cdra::workbench
