// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/frozen.h"

#include <QDateTime>
#include <QFileInfo>
#include <QHash>

namespace cdra::workbench {

std::shared_ptr<const job::Project> frozen_project(const QString& run_folder, QString* why) {
    struct Known {
        qint64 changed = 0, size = 0;
        std::shared_ptr<const job::Project> project;
        QString why;
    };
    static QHash<QString, Known> known;
    const QFileInfo file(run_folder + "/project.toml");
    Known& one = known[file.filePath()];
    const qint64 changed = file.exists() ? file.lastModified().toMSecsSinceEpoch() : -1;
    if (one.changed != changed || one.size != file.size()) {
        one = {changed, file.size(), nullptr, {}};
        try {
            one.project = std::make_shared<const job::Project>(job::read_project(file.filePath().toStdString()));
        } catch (const std::exception& error) {
            one.why = QString::fromUtf8(error.what());
        }
    }
    if (why) *why = one.why;
    return one.project;
}

} // namespace cdra::workbench
