// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The command lines the window starts. Pure functions of the project, so that the page shows the very command that
// runs.
#pragma once

#include "core/job/project.h"

#include <QString>
#include <QStringList>

#include <cstdint>

namespace cdra::workbench {

// Quoted for a POSIX shell, to be shown and copied: "cdra train project.toml …".
QString shell_text(const QStringList& arguments);

// `available`: images of the training split, 0 if not known; no more are asked for.
QStringList sensitivity_arguments(const job::Project& project, const QString& map, const QString& job_folder,
                                  std::int64_t available = 0);
// `plan` is empty for methods that need none; `map` is given for those that make their own plan of it.
QStringList train_arguments(const QString& project_file, const QString& plan, const QString& run_folder, const QString& map = {});
QStringList resume_arguments(const QString& run_folder, int epochs = 0); // 0: the run's own number
QStringList export_arguments(const QString& run_folder, const QString& out);
QStringList merge_arguments(const QString& run_folder, const QString& naming, const QString& out);

// The program `cdra`: the environment's CDRA_COMMAND, beside this program, or in PATH. Throws InputError that says
// where it was looked for.
QString find_cdra();

// `base`/`stem`-1, -2, …: the first that does not exist, whatever its suffix.
QString next_free_path(const QString& base, const QString& stem, const QString& suffix = {});

struct StartedProcess {
    qint64 pid = 0;
    QString output; // file that collects what it prints
};
// Starts `cdra ARGUMENTS` in a session of its own at a lower priority than the window, its output collected in
// `output_file`; it outlives the window. Throws IoError if it can't be started.
StartedProcess start_detached(const QStringList& arguments, const QString& output_file);

// Whether the process runs (a zombie does not).
bool process_alive(qint64 pid);

} // namespace cdra::workbench
