// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/job_hub.h"

#include "app/workbench/launcher.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QSet>

#include <algorithm>

namespace cdra::workbench {

JobHub::JobHub(QObject* parent) : QObject(parent) {
    tail_thread_.setObjectName("job-tail");
    tail_thread_.start();
    look_.setInterval(5000);
    connect(&look_, &QTimer::timeout, this, [this] {
        if (look_again()) emit jobs_changed();
    });
}

JobHub::~JobHub() {
    jobs_.clear();
    tail_thread_.quit();
    tail_thread_.wait();
}

void JobHub::set_project_folder(const QString& folder) {
    if (folder == project_folder_) return;
    project_folder_ = folder;
    jobs_.clear();
    if (folder.isEmpty()) {
        look_.stop();
    } else {
        look_again();
        look_.start();
    }
    emit jobs_changed();
}

bool JobHub::look_again() {
    bool any = false;
    QSet<QString> known;
    for (const Entry& entry : jobs_) known << QFileInfo(entry.client->folder()).absoluteFilePath();
    const auto found = [&](JobKind kind, const QString& parent, const QStringList& names) {
        auto folders = QDir(parent).entryInfoList(names, QDir::Dirs | QDir::NoDotAndDotDot | QDir::Hidden);
        // Every few seconds, on the event loop: what is known already costs a look into a set and no look at a disk.
        folders.removeIf([&](const QFileInfo& info) { return known.contains(info.absoluteFilePath()) || !QFileInfo::exists(info.filePath() + "/command"); });
        const auto born = [](const QFileInfo& info) { return QFileInfo(info.filePath() + "/command").lastModified(); };
        std::ranges::stable_sort(folders, [&](const auto& a, const auto& b) { return born(a) < born(b); });
        for (const QFileInfo& info : folders) {
            add(kind, info.absoluteFilePath(), 0, {});
            any = true;
        }
    };
    found(JobKind::sensitivity, jobs_folder(), {"sensitivity-*"});
    found(JobKind::train, runs_folder(), {"*"});
    return any;
}

JobClient* JobHub::add(JobKind kind, const QString& folder, qint64 pid, const QString& output_file) {
    auto client = std::make_unique<JobClient>(folder, tail_thread_, pid, output_file);
    JobClient* job = client.get();
    connect(job, &JobClient::state_changed, this, [this, job] { emit state_changed(job); });
    connect(job, &JobClient::progressed, this, [this, job] { emit progressed(job); });
    connect(job, &JobClient::finished, this, [this, job](job::JobState how) { emit finished(job, how); });
    jobs_.push_back({kind, std::move(client)});
    return job;
}

JobClient* JobHub::start(JobKind kind, const QStringList& arguments, const QString& job_folder) {
    QDir().mkpath(QFileInfo(job_folder).absolutePath());
    const QString output = jobs_folder() + "/output/" + QFileInfo(job_folder).fileName() + ".txt";
    const StartedProcess process = start_detached(arguments, output);
    // An attempt that was refused before it made its folder leaves the name free for this one.
    const QString absolute = QFileInfo(job_folder).absoluteFilePath();
    std::erase_if(jobs_, [&](const Entry& entry) { return entry.client->folder() == absolute; });
    JobClient* job = add(kind, job_folder, process.pid, process.output);
    emit jobs_changed();
    return job;
}

void JobHub::resume(JobClient* client, int epochs) {
    const QString output = jobs_folder() + "/output/" + client->name() + ".txt";
    const StartedProcess process = start_detached(resume_arguments(client->folder(), epochs), output);
    client->restarted_by(process.pid, process.output);
}

QList<JobClient*> JobHub::jobs(JobKind kind) const {
    QList<JobClient*> found;
    for (const Entry& entry : jobs_)
        if (entry.kind == kind) found << entry.client.get();
    return found;
}

QList<JobClient*> JobHub::active() const {
    QList<JobClient*> found;
    for (const Entry& entry : jobs_)
        if (entry.client->active()) found << entry.client.get();
    return found;
}

JobClient* JobHub::at_work(JobKind kind) const {
    for (JobClient* job : jobs(kind))
        if (job->active()) return job;
    return nullptr;
}

JobClient* JobHub::newest(JobKind kind) const {
    for (auto entry = jobs_.rbegin(); entry != jobs_.rend(); ++entry)
        if (entry->kind == kind) return entry->client.get();
    return nullptr;
}

} // namespace cdra::workbench
