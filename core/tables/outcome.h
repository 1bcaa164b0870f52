// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A sweep's finished runs as the rows of a table: by row and task the figures of the seeds, means over groups
// and tasks.
#pragma once

#include "core/sweep/queue.h"
#include "core/tables/statistics.h"

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdra::tables {

struct Cell {
    std::vector<std::pair<std::uint64_t, double>> seeds; // ascending, per cent
    std::vector<double> values() const;
    double mean() const;      // not-a-number: nothing there
    double deviation() const; // over seeds
    std::string setting;      // what was chosen
};
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
struct OutcomeRow {
    std::string label, method, protocol;
    std::map<std::string, Cell> cells;  // by task
    std::map<std::string, Cell> beside; // by task and metric, as in Outcome::beside: in no mean, in no comparison
    // Means over tasks of what plans and heads make different; not-a-number if nothing is known.
    double trainable = unknown, head = unknown, percent = unknown, percent_with_head = unknown, seconds = unknown;
    // What it costs: of an image's share of a step and of a forward pass; peaks of a run and of a forward pass.
    double train_ms = unknown, inference_ms = unknown, train_mib = unknown, inference_mib = unknown;
};
struct Outcome {
    std::string name;
    std::vector<std::string> tasks, groups; // groups: one a task, "" where a task has none
    std::vector<std::string> metrics;       // one a task: "accuracy", "miou"
    std::vector<std::string> beside;        // "scenes mdice"
    std::vector<OutcomeRow> rows;

    const OutcomeRow* find(std::string_view label) const noexcept;
    std::vector<std::string> group_names() const; // in order of first appearance
    // Means of cell means; not-a-number while a task is missing: a mean over other tasks compares with
    // nothing.
    double group_mean(const OutcomeRow& row, const std::string& group) const;
    double mean_of_tasks(const OutcomeRow& row) const;       // Table 1's overall mean
    double mean_of_group_means(const OutcomeRow& row) const; // Tables 4 to 7's "Mean Acc"
};

// The final runs that are done. A row under a grid becomes one row a setting, "label size-scale=0.5".
Outcome collect(const sweep::Sweep& sweep, const sweep::SweepStatus& status);

// a − b over the (task, seed) pairs that both have: the t interval within one task, the bootstrap over
// several. nullopt if there is no pair.
std::optional<Difference> compare(const OutcomeRow& a, const OutcomeRow& b);

} // namespace cdra::tables
