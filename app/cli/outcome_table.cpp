// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/outcome_table.h"

#include "core/base/error.h"
#include "core/methods/nearest.h"

#include <algorithm>
#include <cmath>

namespace cdra::cli {
namespace {

std::string shown(double value, int digits) {
    return std::isfinite(value) ? fixed(value, digits) : std::string("-");
}

std::string shown(const tables::Cell& cell) {
    if (cell.seeds.empty()) return "-";
    std::string text = fixed(cell.mean(), 2);
    if (cell.seeds.size() > 1) text += " ± " + fixed(cell.deviation(), 2);
    return text;
}

std::string count(double value) {
    return std::isfinite(value) ? grouped(static_cast<long long>(std::llround(value))) : std::string("-");
}

std::size_t seeds_of(const tables::OutcomeRow& row) {
    std::size_t most = 0;
    for (const auto& [task, cell] : row.cells)
        most = std::max(most, cell.seeds.size());
    return most;
}

} // namespace

Table outcome_table(const tables::Outcome& outcome) {
    Table table{{{"row"},
                 {"protocol"},
                 {"seeds", true},
                 {"trainable", true},
                 {"head", true},
                 {"trainable %", true},
                 {"with head %", true}},
                {}};
    for (const std::string& task : outcome.tasks)
        table.columns.push_back({task, true});
    for (const std::string& name : outcome.beside)
        table.columns.push_back({name, true});
    const std::vector<std::string> groups = outcome.group_names();
    for (const std::string& group : groups)
        table.columns.push_back({"mean " + group, true});
    table.columns.push_back({"mean of tasks", true});
    if (!groups.empty()) table.columns.push_back({"mean of groups", true});
    for (const tables::OutcomeRow& row : outcome.rows) {
        std::vector<std::string> line{
            row.label,       row.protocol,          std::to_string(seeds_of(row)),  count(row.trainable),
            count(row.head), shown(row.percent, 3), shown(row.percent_with_head, 3)};
        for (const std::string& task : outcome.tasks) {
            const auto cell = row.cells.find(task);
            line.push_back(cell == row.cells.end() ? "-" : shown(cell->second));
        }
        for (const std::string& name : outcome.beside) {
            const auto cell = row.beside.find(name);
            line.push_back(cell == row.beside.end() ? "-" : shown(cell->second));
        }
        for (const std::string& group : groups)
            line.push_back(shown(outcome.group_mean(row, group), 2));
        line.push_back(shown(outcome.mean_of_tasks(row), 2));
        if (!groups.empty()) line.push_back(shown(outcome.mean_of_group_means(row), 2));
        table.rows.push_back(std::move(line));
    }
    return table;
}

Table paper_table(const tables::PaperTable& paper, const tables::Outcome& outcome) {
    Table table{{{"row"}, {"in the paper"}}, {}};
    // A column that ours has too; of a wide table without one in common, its means say enough.
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < paper.columns.size(); ++c)
        if (paper.columns.size() <= 5 ||
            std::find(outcome.tasks.begin(), outcome.tasks.end(), paper.columns[c]) != outcome.tasks.end())
            columns.push_back(c);
    for (const std::size_t c : columns)
        table.columns.push_back({paper.columns[c], true});
    std::vector<std::string> groups;
    for (const std::string& group : paper.groups)
        if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
    for (const std::string& group : groups)
        table.columns.push_back({"mean " + group, true});
    table.columns.push_back({"mean", true});
    table.columns.push_back({"%", true});
    table.columns.push_back({"ours: mean of tasks", true});
    table.columns.push_back({"ours: trainable %", true});
    for (const tables::PaperRow& row : paper.rows) {
        std::vector<std::string> line{row.row, row.method};
        for (const std::size_t c : columns) {
            const bool mended =
                std::find(row.mended.begin(), row.mended.end(), paper.columns[c]) != row.mended.end();
            line.push_back(fixed(row.cells[c], 1) +
                           (mended ? "*" : "")); // *: not legible, agrees with its means
        }
        for (std::size_t g = 0; g < groups.size(); ++g) {
            std::vector<double> cells;
            for (std::size_t c = 0; c < row.cells.size(); ++c)
                if (paper.groups[c] == groups[g]) cells.push_back(row.cells[c]);
            line.push_back(g < row.group_means.size() ? fixed(row.group_means[g], 1)
                                                      : fixed(tables::mean(cells), 1) + "*");
        }
        line.push_back(row.mean         ? fixed(*row.mean, 2)
                       : groups.empty() ? "-"
                                        : fixed(tables::mean(row.cells), 2) + "*");
        line.push_back(row.percent ? fixed(*row.percent, 2) : "-");
        const tables::OutcomeRow* ours = outcome.find(row.row);
        line.push_back(ours == nullptr ? "-" : shown(outcome.mean_of_tasks(*ours), 2));
        line.push_back(ours == nullptr ? "-" : shown(ours->percent, 3));
        table.rows.push_back(std::move(line));
    }
    return table;
}

Table difference_table(const tables::Outcome& outcome, const std::string& baseline) {
    const tables::OutcomeRow* base = outcome.find(baseline);
    if (base == nullptr) {
        std::vector<std::string> known;
        for (const tables::OutcomeRow& row : outcome.rows)
            known.push_back(row.label);
        throw InputError("no row is called '" + baseline + "'; expected one of " + methods::join(known));
    }
    Table table{{{"row"}, {"pairs", true}, {"minus " + baseline, true}, {"95 % interval"}, {"method"}}, {}};
    for (const tables::OutcomeRow& row : outcome.rows) {
        if (&row == base) continue;
        const auto difference = tables::compare(row, *base);
        if (!difference) continue;
        const bool known = std::isfinite(difference->interval.low);
        table.rows.push_back(
            {row.label, std::to_string(difference->pairs), fixed(difference->mean, 2),
             known ? fixed(difference->interval.low, 2) + " … " + fixed(difference->interval.high, 2) : "-",
             !known                     ? "-"
             : outcome.tasks.size() > 1 ? "bootstrap over tasks and seeds"
                                        : "t over seeds"});
    }
    return table;
}

Table cost_table(const tables::Outcome& outcome) {
    Table table{{{"row"},
                 {"inference ms an image", true},
                 {"inference MiB", true},
                 {"fine-tuning ms an image and step", true},
                 {"fine-tuning MiB", true}},
                {}};
    for (const tables::OutcomeRow& row : outcome.rows)
        table.rows.push_back({row.label, shown(row.inference_ms, 2), shown(row.inference_mib, 0),
                              shown(row.train_ms, 2), shown(row.train_mib, 0)});
    return table;
}

Table run_table(const tables::Outcome& outcome) {
    Table table{
        {{"row"}, {"method"}, {"protocol"}, {"task"}, {"seed", true}, {"setting"}, {"metric"}, {"test %", true}},
        {}};
    for (const tables::OutcomeRow& row : outcome.rows)
        for (std::size_t t = 0; t < outcome.tasks.size(); ++t)
            if (const auto cell = row.cells.find(outcome.tasks[t]); cell != row.cells.end())
                for (const auto& [seed, value] : cell->second.seeds)
                    table.rows.push_back({row.label, row.method, row.protocol, outcome.tasks[t], std::to_string(seed),
                                          cell->second.setting, outcome.metrics[t], fixed(value, 3)});
    return table;
}

Table trial_table(const sweep::SweepStatus& status) {
    Table table{{{"row"}, {"task"}, {"seed", true}, {"grid"}, {"setting"}, {"state"}, {"val %", true}}, {}};
    for (const sweep::RunStatus& one : status.runs)
        if (one.run.kind == sweep::Kind::trial &&
            (one.state == sweep::RunState::done || one.state == sweep::RunState::failed))
            table.rows.push_back({one.label, one.task, std::to_string(one.run.seed), sweep::slug(one.run.grid),
                                  sweep::slug(one.run.chosen), std::string(sweep::name_of(one.state)),
                                  shown(100 * one.value, 3)});
    return table;
}

std::vector<tables::ParetoPoint> pareto_points(const tables::Outcome& outcome) {
    std::vector<tables::ParetoPoint> points;
    for (const tables::OutcomeRow& row : outcome.rows) {
        // Over seeds of the mean over tasks, where every task has the same seeds.
        std::vector<double> by_seed;
        if (!row.cells.empty())
            for (std::size_t s = 0; s < seeds_of(row); ++s) {
                std::vector<double> values;
                for (const auto& [task, cell] : row.cells)
                    if (s < cell.seeds.size()) values.push_back(cell.seeds[s].second);
                if (values.size() == row.cells.size()) by_seed.push_back(tables::mean(values));
            }
        points.push_back({row.label, row.percent, outcome.mean_of_tasks(row), tables::deviation(by_seed)});
    }
    return points;
}

} // namespace cdra::cli
