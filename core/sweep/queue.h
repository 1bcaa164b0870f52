// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Runs a sweep: a queue of ordinary `cdra` commands, a few at a time. What is finished is known from the job
// folders alone, so a sweep may be stopped or killed at any moment and goes on where it was. The sweep's
// folder is a job folder itself (events.jsonl, control, lock, log.txt: 'cdra stop', 'pause' and 'resume' work
// on it) and holds
//   sweep.json   every run with its state, rewritten at each change: what a window shows
//   queue/       the project file of every run that was started
//   maps/  runs/ the job folders
#pragma once

#include "core/base/progress.h"
#include "core/sweep/sweep.h"

#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace cdra::sweep {

enum class Priority { normal, low, idle };
Priority parse_priority(std::string_view word); // throws InputError

enum class RunState { waiting, running, done, failed, stopped, skipped };
// skipped: what it needs has failed (its map, or all of its trials).
std::string_view name_of(RunState state) noexcept;

struct RunStatus {
    Run run;
    std::string task, label; // names
    RunState state = RunState::waiting;
    double value = 0;    // the figure chosen by or reported, a fraction; not-a-number: none
    double seconds = 0;  // of training, when done
    std::string message; // why it failed, one line
    std::map<std::string, double> figures; // when it ended: all that it reported, "test/accuracy", …
};
struct SweepStatus {
    std::vector<RunStatus>
        runs; // maps, trials, finals of the chosen setting (of the first candidate until chosen)
    std::size_t count(RunState state) const;
    double eta_seconds = 0; // negative: nothing to estimate by
};

struct QueueOptions {
    std::filesystem::path out;     // absolute
    std::filesystem::path program; // `cdra`
    std::string command_line;      // of the sweep, for its job folder
    std::string sweep_toml;        // kept as OUT/sweep.toml
    int jobs = 1;
    Priority priority = Priority::low;
    bool retry_failed = false;
};

// What the job folders say, without starting anything. Throws InputError if a folder holds a run of other
// settings.
SweepStatus look(const Sweep& sweep, const std::filesystem::path& out);
std::string to_json(const Sweep& sweep, const SweepStatus& status);

// Runs what is left. `note` gets one line a run that ended. A stop is passed on to the children as SIGTERM;
// they save, and Cancelled is thrown. Throws InputError as look() does, or if another sweep works in the
// folder.
SweepStatus run_queue(const Sweep& sweep, const QueueOptions& options, ProgressSink& progress,
                      const std::stop_token& stop, const std::function<void(const std::string&)>& note);

} // namespace cdra::sweep
