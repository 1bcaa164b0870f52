// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/recovery.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QStandardPaths>
#include <QTextStream>
#include <QUuid>

namespace cdra::workbench {

namespace {

constexpr auto origin_comment = "# unsaved work of: ";

QString fresh_name(const QString& folder) {
    return QDir(folder).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces).left(13) + ".toml");
}

} // namespace

RecoverySlot::RecoverySlot(const QString& folder) : file_(fresh_name(folder)), lock_(file_ + ".lock") {
    QDir().mkpath(folder);
    lock_.setStaleLockTime(0); // only a dead process makes a lock stale, never its age
    lock_.tryLock(0);
}

RecoverySlot::~RecoverySlot() = default; // keeps the file: only clear() says that nothing is to be recovered

void RecoverySlot::save(const std::string& toml, const QString& project_file) {
    write_file_atomically(file_.toStdString(), (origin_comment + project_file + "\n").toStdString() + toml);
}

void RecoverySlot::clear() { QFile::remove(file_); }

QList<RecoveredProject> abandoned_projects(const QString& folder) {
    QList<RecoveredProject> found;
    const auto files = QDir(folder).entryInfoList({"*.toml"}, QDir::Files, QDir::Time);
    for (const QFileInfo& info : files) {
        QLockFile lock(info.filePath() + ".lock");
        lock.setStaleLockTime(0);
        if (!lock.tryLock(0)) continue; // its window lives
        lock.unlock();
        QFile file(info.filePath());
        if (!file.open(QIODevice::ReadOnly)) continue;
        const QString first = QString::fromUtf8(file.readLine(4096)).trimmed();
        RecoveredProject project{info.filePath(), {}, QLocale().toString(info.lastModified(), QLocale::ShortFormat)};
        if (first.startsWith(origin_comment)) project.project_file = first.mid(int(qstrlen(origin_comment)));
        found.append(project);
    }
    return found;
}

QString default_recovery_folder() {
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + "/recovery";
}

} // namespace cdra::workbench
