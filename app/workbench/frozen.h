// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The project a run was started with, as its folder keeps it. Asked for at every edit, hence read once. Event loop only.
#pragma once

#include "core/job/project.h"

#include <QString>

#include <memory>

namespace cdra::workbench {

// Null where there is none (refused before it began) or it can't be read; the reason is in `why` then.
std::shared_ptr<const job::Project> frozen_project(const QString& run_folder, QString* why = nullptr);

} // namespace cdra::workbench
