// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How long a run will take and how much memory, judged by an earlier run of the same model, image size and device.
#pragma once

#include "core/job/project.h"

#include <QList>
#include <QString>

#include <optional>

namespace cdra::workbench {

class JobClient;

struct Forecast {
    double seconds = 0;
    double mib = 0;
    QString judged_by; // the earlier run's name
};
// `images`: of the training split. The newest comparable run counts, one of the same method and batch size before others.
// Nothing without such a run.
std::optional<Forecast> forecast(const job::Project& project, std::int64_t images, const QList<JobClient*>& runs);
// What a run took; nothing while it is not known.
std::optional<Forecast> taken(const JobClient& run);

} // namespace cdra::workbench
