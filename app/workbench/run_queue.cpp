// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/run_queue.h"

#include "app/workbench/job_hub.h"
#include "app/workbench/launcher.h"
#include "app/workbench/road.h"
#include "core/base/error.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace cdra::workbench {

RunQueue::RunQueue(JobHub& hub, Road& road, QObject* parent) : QObject(parent), hub_(hub), road_(road) {
    connect(&hub, &JobHub::jobs_changed, this, [this] { set_project_folder(hub_.project_folder()); });
    connect(&hub, &JobHub::finished, this, [this](JobClient* job, job::JobState how) {
        if (!hub_.jobs(JobKind::train).contains(job)) return;
        // Who stops a run wants to look, not to see the next one begin.
        held_ = how == job::JobState::stopped;
        if (held_) emit changed();
        else start_next();
    });
}

void RunQueue::set_project_folder(const QString& folder) {
    if (folder == folder_) return;
    folder_ = folder;
    held_ = true; // a project that is opened starts nothing by itself
    read();
}

void RunQueue::read() {
    items_.clear();
    if (!folder_.isEmpty())
        for (const QFileInfo& info : QDir(folder_ + "/queue").entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
            if (unfinished_.contains(info.absoluteFilePath())) continue;
            Item item{info.absoluteFilePath(), info.fileName().section('-', 1), {}};
            try {
                const auto project = job::read_project((item.folder + "/project.toml").toStdString());
                item.words = tr("%1, %n epoch(s)", nullptr, project.recipe.epochs).arg(QString::fromStdString(project.method));
            } catch (const std::exception& error) {
                item.words = QString::fromUtf8(error.what());
            }
            items_ << item;
        }
    emit changed();
}

void RunQueue::add(const job::Project& project, std::shared_ptr<const compact::CompactPlan> plan, const QString& name) {
    if (folder_.isEmpty()) throw InputError("the project has no folder yet: save it first");
    int number = 1;
    if (!items_.isEmpty()) number = QFileInfo(items_.last().folder).fileName().section('-', 0, 0).toInt() + 1;
    number += int(unfinished_.size());
    const QString folder = folder_ + QString("/queue/%1-%2").arg(number, 3, 10, QChar('0')).arg(name);
    if (!QDir().mkpath(folder)) throw IoError("the folder " + folder.toStdString() + " can't be made: is the project's folder writable?");
    job::write_project((folder + "/project.toml").toStdString(), project);
    if (items_.isEmpty() && unfinished_.isEmpty()) held_ = false;
    if (!plan) {
        read();
        return start_next();
    }
    unfinished_ << folder;
    road_.write_plan_of(std::move(plan), folder + "/plan.h5", [this, folder](const QString& error) {
        unfinished_.removeAll(folder);
        if (!error.isEmpty()) {
            QDir(folder).removeRecursively();
            emit failed(tr("The plan can't be written, so the run was not queued: %1").arg(error));
        }
        read();
        start_next();
    });
}

void RunQueue::remove(const QString& folder) {
    for (const Item& item : items_)
        if (item.folder == folder) QDir(folder).removeRecursively();
    read();
}

void RunQueue::go_on() {
    held_ = false;
    start_next();
    emit changed();
}

void RunQueue::hold(const QString& why) {
    held_ = true;
    emit changed(); // the page offers to go on
    emit failed(why);
}

void RunQueue::start_next() {
    if (held_ || items_.isEmpty()) return;
    if (hub_.at_work(JobKind::train)) return;
    const Item item = items_.first();
    const QString run = next_free_path(folder_ + "/runs", item.name);
    const QString name = QFileInfo(run).fileName();
    // A run that is resumed needs the very plan it began with: it moves to where plans are kept.
    const QString plan = folder_ + "/plans/" + name + ".h5", project = folder_ + "/plans/" + name + ".toml";
    QDir().mkpath(folder_ + "/plans");
    const bool has_plan = QFileInfo::exists(item.folder + "/plan.h5");
    QString map; // for a method that makes its own plan
    try {
        const auto frozen = job::read_project((item.folder + "/project.toml").toStdString());
        if (methods::find_method(frozen.method).make_plan) map = QString::fromStdString(frozen.sensitivity.map);
    } catch (const std::exception& error) {
        return hold(tr("The queued run %1 can't be started: %2").arg(item.name, QString::fromUtf8(error.what())));
    }
    if ((has_plan && !QFile::rename(item.folder + "/plan.h5", plan)) || !QFile::rename(item.folder + "/project.toml", project))
        return hold(tr("The queued run %1 can't be started: %2/plans is not writable.").arg(item.name, folder_));
    QDir(item.folder).removeRecursively();
    read();
    try {
        emit started(hub_.start(JobKind::train, train_arguments(project, has_plan ? plan : QString(), run, map), run));
    } catch (const std::exception& error) {
        hold(QString::fromUtf8(error.what()));
    }
}

} // namespace cdra::workbench
