// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/run_notes.h"

#include "core/base/atomic_file.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace cdra::workbench {

namespace {

constexpr qint64 largest = 1 << 20;
QString file_of(const QString& run_folder) { return run_folder + "/workbench.json"; }

} // namespace

RunNotes read_notes(const QString& run_folder) {
    QFile file(file_of(run_folder));
    if (!file.open(QIODevice::ReadOnly) || file.size() > largest) return {};
    const QJsonObject object = QJsonDocument::fromJson(file.readAll()).object();
    RunNotes notes;
    notes.notes = object["notes"].toString();
    for (const auto& tag : object["tags"].toArray()) notes.tags << tag.toString();
    notes.forecast_seconds = object["forecast_seconds"].toDouble();
    notes.forecast_mib = object["forecast_mib"].toDouble();
    return notes;
}

void write_notes(const QString& run_folder, const RunNotes& notes) {
    QJsonObject object{{"notes", notes.notes}, {"tags", QJsonArray::fromStringList(notes.tags)}};
    if (notes.forecast_seconds > 0) object["forecast_seconds"] = notes.forecast_seconds;
    if (notes.forecast_mib > 0) object["forecast_mib"] = notes.forecast_mib;
    write_file_atomically(file_of(run_folder).toStdString(), QJsonDocument(object).toJson().toStdString());
}

} // namespace cdra::workbench
