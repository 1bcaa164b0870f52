// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tables/outcome.h"


#include <algorithm>
#include <cmath>

namespace cdra::tables {
namespace {

// Sums of what runs say about themselves; a mean over runs.
struct Means {
    std::map<std::string, std::pair<double, int>> sums;
    void add(const std::map<std::string, double>& summary) {
        for (const auto& [name, value] : summary)
            if (std::isfinite(value)) {
                sums[name].first += value;
                ++sums[name].second;
            }
    }
    double operator[](const char* name) const {
        const auto found = sums.find(name);
        return found == sums.end() ? unknown : found->second.first / found->second.second;
    }
};

} // namespace

std::vector<double> Cell::values() const {
    std::vector<double> result;
    for (const auto& [seed, value] : seeds)
        result.push_back(value);
    return result;
}
double Cell::mean() const {
    return tables::mean(values());
}
double Cell::deviation() const {
    return tables::deviation(values());
}

const OutcomeRow* Outcome::find(std::string_view label) const noexcept {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const OutcomeRow& row) { return row.label == label; });
    return found == rows.end() ? nullptr : &*found;
}

std::vector<std::string> Outcome::group_names() const {
    std::vector<std::string> names;
    for (const std::string& group : groups)
        if (!group.empty() && std::find(names.begin(), names.end(), group) == names.end())
            names.push_back(group);
    return names;
}

double Outcome::group_mean(const OutcomeRow& row, const std::string& group) const {
    std::vector<double> means;
    for (std::size_t i = 0; i < tasks.size(); ++i)
        if (groups[i] == group) {
            const auto found = row.cells.find(tasks[i]);
            means.push_back(found == row.cells.end() ? unknown : found->second.mean());
        }
    return mean(means);
}

double Outcome::mean_of_tasks(const OutcomeRow& row) const {
    std::vector<double> means;
    for (const std::string& task : tasks) {
        const auto found = row.cells.find(task);
        means.push_back(found == row.cells.end() ? unknown : found->second.mean());
    }
    return mean(means);
}

double Outcome::mean_of_group_means(const OutcomeRow& row) const {
    std::vector<double> means;
    for (const std::string& group : group_names())
        means.push_back(group_mean(row, group));
    return mean(means);
}

Outcome collect(const sweep::Sweep& sweep, const sweep::SweepStatus& status) {
    Outcome outcome;
    outcome.name = sweep.name;
    for (const sweep::Task& task : sweep.tasks) {
        outcome.tasks.push_back(task.name);
        outcome.groups.push_back(task.group);
        outcome.metrics.push_back(task.metric);
        for (const std::string& metric : task.also)
            outcome.beside.push_back(task.name + " " + metric);
    }
    std::map<std::string, Means> means;
    for (const sweep::RunStatus& one : status.runs) {
        if (one.run.kind != sweep::Kind::final) continue;
        const std::string label = one.label + (one.run.grid.empty() ? "" : " " + sweep::slug(one.run.grid));
        auto place = std::find_if(outcome.rows.begin(), outcome.rows.end(),
                                  [&](const OutcomeRow& row) { return row.label == label; });
        if (place == outcome.rows.end()) {
            place = outcome.rows.emplace(place);
            place->label = label;
            place->method = one.run.project.method;
            place->protocol = one.run.project.recipe.protocol;
        }
        if (one.state != sweep::RunState::done || !std::isfinite(one.value)) continue;
        Cell& cell = place->cells[one.task];
        cell.seeds.emplace_back(one.run.seed, 100 * one.value);
        std::sort(cell.seeds.begin(), cell.seeds.end());
        cell.setting = sweep::slug(one.run.chosen);
        for (const std::string& metric : sweep.tasks[one.run.task].also)
            if (const auto found = one.figures.find("test/" + metric); found != one.figures.end())
                place->beside[one.task + " " + metric].seeds.emplace_back(one.run.seed, 100 * found->second);
        means[label].add(one.figures);
    }
    for (OutcomeRow& row : outcome.rows) {
        const Means& known = means[row.label];
        row.trainable = known["parameters/trainable"];
        row.head = known["parameters/head"];
        row.percent = known["parameters/trainable_percent"];
        row.percent_with_head = known["parameters/trainable_percent_with_head"];
        row.seconds = known["time/train_seconds"];
        row.train_ms = known["time/train_ms_per_image"];
        row.inference_ms = known["time/inference_ms_per_image"];
        const double on_device = known["memory/peak_gpu_mib"];
        row.train_mib = std::isfinite(on_device) ? on_device : known["memory/peak_mib"];
        row.inference_mib = known["memory/inference_mib"];
    }
    return outcome;
}

std::optional<Difference> compare(const OutcomeRow& a, const OutcomeRow& b) {
    std::vector<double> first, second;
    std::size_t tasks = 0;
    for (const auto& [task, cell] : a.cells) {
        const auto other = b.cells.find(task);
        if (other == b.cells.end()) continue;
        const std::size_t before = first.size();
        for (const auto& [seed, value] : cell.seeds)
            for (const auto& [their_seed, their_value] : other->second.seeds)
                if (seed == their_seed) {
                    first.push_back(value);
                    second.push_back(their_value);
                }
        tasks += first.size() > before;
    }
    if (first.empty()) return std::nullopt;
    return tasks > 1 ? paired_bootstrap(first, second) : paired_t(first, second);
}

} // namespace cdra::tables
