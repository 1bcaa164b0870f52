// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What a job folder of a sweep says about its run.
#pragma once

#include "core/sweep/queue.h"

namespace cdra::sweep {

// Sets state, value, seconds and message from the folder `out / run.folder`. A run that is dead or stopped is
// waiting.
void read_folder(const Sweep& sweep, const std::filesystem::path& out, RunStatus& status);
// Throws InputError if the folder holds a run whose project is another than `run`'s.
void check_same(const std::filesystem::path& out, const Run& run);
// By the finished trials; -1: not yet, -2: never (all of them failed).
int chosen_candidate(const Cell& cell, const std::vector<RunStatus>& trials);
// Seconds left by the mean duration of finished runs of the same task and row, else of all; negative: none
// finished.
double estimate(const SweepStatus& status, int jobs);

} // namespace cdra::sweep
