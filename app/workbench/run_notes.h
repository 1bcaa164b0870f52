// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a person, and the window, keep with a run: notes, tags and what was forecast for it; RUN/workbench.json.
#pragma once

#include <QString>
#include <QStringList>

namespace cdra::workbench {

struct RunNotes {
    QString notes;
    QStringList tags;
    double forecast_seconds = 0, forecast_mib = 0; // 0: none was made

    bool operator==(const RunNotes&) const = default;
};
// Empty where there is no file; a damaged file reads as empty too: notes never keep a run from being shown.
RunNotes read_notes(const QString& run_folder);
void write_notes(const QString& run_folder, const RunNotes& notes); // throws IoError

} // namespace cdra::workbench
