// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A sweep's outcome as tables: the paper's shape, the paper's numbers beside it, paired differences, every
// run.
#pragma once

#include "app/cli/table.h"
#include "core/tables/outcome.h"
#include "core/tables/paper_numbers.h"
#include "core/tables/pareto.h"

namespace cdra::cli {

// One row a method: count, head, both percentages, tasks ("81.20 ± 0.31" over seeds), group means, both
// overall means.
Table outcome_table(const tables::Outcome& outcome);
// What the paper says about the rows that it has in common with ours: its columns as printed.
Table paper_table(const tables::PaperTable& paper, const tables::Outcome& outcome);
// Each row against `baseline`: mean paired difference with its 95 % interval, in points. Throws InputError if
// there is no such row.
Table difference_table(const tables::Outcome& outcome, const std::string& baseline);
// Table 8: what training and using each row costs. Figures of runs that shared a machine tell of that, too.
Table cost_table(const tables::Outcome& outcome);
// Every finished run on a line: for the record.
Table run_table(const tables::Outcome& outcome);
// Every trial that has ended: what the settings were chosen by.
Table trial_table(const sweep::SweepStatus& status);
std::vector<tables::ParetoPoint> pareto_points(const tables::Outcome& outcome);

} // namespace cdra::cli
