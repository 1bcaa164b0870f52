// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/sweep/status.h"

#include "core/base/error.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "core/job/results.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

namespace cdra::sweep {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// Everything but paths that the sweep or the run itself decides, and without the folders that model and data lie
// in: results may be carried to another machine (that the data is the same, a resumed run checks by its content).
std::string comparable(job::Project project) {
    const auto name = [](const std::string& path) {
        return std::filesystem::path(path).lexically_normal().filename().string();
    };
    const auto colon = project.data.spec.find(':');
    project.model.path = name(project.model.path);
    project.data.spec = project.data.spec.substr(0, colon + 1) + name(project.data.spec.substr(colon + 1));
    project.name.clear();
    project.notes.clear();
    project.plan.file.clear();
    project.sensitivity.map.clear();
    return job::to_toml(project);
}

std::string first_difference(const std::string& found, const std::string& wanted) {
    std::size_t begin = 0;
    while (begin < found.size() && begin < wanted.size()) {
        const auto a = found.find('\n', begin), b = wanted.find('\n', begin);
        if (found.substr(begin, a - begin) != wanted.substr(begin, b - begin))
            return "'" + found.substr(begin, a - begin) + "' instead of '" + wanted.substr(begin, b - begin) +
                   "'";
        if (a == std::string::npos || b == std::string::npos) break;
        begin = a + 1;
    }
    return "other lines";
}

} // namespace

void check_same(const std::filesystem::path& out, const Run& run) {
    if (run.kind == Kind::map) return; // its runs' projects say all that it depends on
    const job::JobPaths paths(out / run.folder);
    std::error_code error;
    if (!std::filesystem::is_regular_file(paths.project, error)) return;
    const std::string found = comparable(job::read_project(paths.project)), wanted = comparable(run.project);
    if (found != wanted)
        throw InputError(paths.folder.string() + " holds a run of other settings (" +
                         first_difference(found, wanted) +
                         "); choose another --out, or move that folder away");
}

void read_folder(const Sweep& sweep, const std::filesystem::path& out, RunStatus& status) {
    const job::JobPaths paths(out / status.run.folder);
    status.state = RunState::waiting;
    status.value = none;
    status.message.clear();
    status.figures.clear();
    std::error_code error;
    if (!std::filesystem::exists(paths.events, error)) return;
    const job::JobState state = job::read_state(paths);
    if (state == job::JobState::running || state == job::JobState::paused) status.state = RunState::running;
    if (state == job::JobState::failed) status.state = RunState::failed;
    if (state == job::JobState::done) status.state = RunState::done;
    if (status.state == RunState::waiting || status.state == RunState::running) return;
    std::map<std::string, double>& figures = status.figures;
    for (const job::Event& event : job::read_events(paths.events)) {
        if (const auto* result = std::get_if<job::ResultEvent>(&event.what))
            figures[result->name] = result->value;
        if (const auto* failure = std::get_if<job::ErrorEvent>(&event.what))
            status.message = failure->message;
        if (const auto* done = std::get_if<job::DoneEvent>(&event.what)) status.seconds = done->seconds;
    }
    if (status.run.kind == Kind::map) {
        if (status.state == RunState::done &&
            !std::filesystem::is_regular_file(out / status.run.map, error)) {
            status.state = RunState::failed;
            status.message = (out / status.run.map).string() + " is missing";
        }
        return;
    }
    if (status.state == RunState::done && std::filesystem::is_regular_file(paths.results, error))
        figures = job::read_results(paths.results, false).summary;
    const std::string figure = status.run.kind == Kind::trial ? selection_figure(sweep, status.run)
                                                              : "test/" + sweep.tasks[status.run.task].metric;
    if (const auto found = figures.find(figure); found != figures.end()) status.value = found->second;
    if (const auto found = figures.find("time/train_seconds"); found != figures.end() && status.seconds == 0)
        status.seconds = found->second;
}

int chosen_candidate(const Cell& cell, const std::vector<RunStatus>& trials) {
    if (cell.trials.empty()) return 0;
    std::vector<Setting> candidates;
    std::vector<double> values;
    for (const RunStatus& trial : trials) {
        if (trial.state == RunState::waiting || trial.state == RunState::running ||
            trial.state == RunState::stopped)
            return -1;
        candidates.push_back(trial.run.chosen);
        values.push_back(trial.state == RunState::done ? trial.value : none);
    }
    const int best = choose(candidates, values);
    return best < 0 ? -2 : best;
}

double estimate(const SweepStatus& status, int jobs) {
    std::map<std::string, std::pair<double, int>> known;
    const auto key = [](const RunStatus& one) {
        return one.run.kind == Kind::map ? std::string("map") : one.task + "\n" + one.label;
    };
    const auto add = [&](const std::string& name, double seconds) {
        known[name].first += seconds;
        ++known[name].second;
    };
    for (const RunStatus& one : status.runs)
        if (one.state == RunState::done && one.seconds > 0)
            for (const std::string& name :
                 {key(one), one.run.kind == Kind::map ? std::string("map") : "\n" + one.label, std::string()})
                add(name, one.seconds);
    if (known.empty()) return -1;
    const auto mean = [&](const RunStatus& one) {
        for (const std::string& name : {key(one), "\n" + one.label, std::string()})
            if (const auto found = known.find(name); found != known.end())
                return found->second.first / found->second.second;
        return 0.0;
    };
    double left = 0;
    for (const RunStatus& one : status.runs) {
        if (one.state == RunState::waiting) left += mean(one);
        if (one.state == RunState::running) left += mean(one) / 2; // somewhere in the middle
    }
    return left / std::max(jobs, 1);
}

std::size_t SweepStatus::count(RunState state) const {
    return static_cast<std::size_t>(
        std::count_if(runs.begin(), runs.end(), [&](const RunStatus& one) { return one.state == state; }));
}

std::string_view name_of(RunState state) noexcept {
    switch (state) {
    case RunState::waiting:
        return "waiting";
    case RunState::running:
        return "running";
    case RunState::done:
        return "done";
    case RunState::failed:
        return "failed";
    case RunState::stopped:
        return "stopped";
    case RunState::skipped:
        return "skipped";
    }
    return "?";
}

Priority parse_priority(std::string_view word) {
    if (word == "normal") return Priority::normal;
    if (word == "low") return Priority::low;
    if (word == "idle") return Priority::idle;
    throw InputError("--priority is '" + std::string(word) + "'; expected normal, low or idle");
}

SweepStatus look(const Sweep& sweep, const std::filesystem::path& out) {
    const Expansion expansion = expand(sweep);
    SweepStatus status;
    const auto add = [&](const Run& run) -> const RunStatus& {
        RunStatus one{run, sweep.tasks[run.task].name, sweep.rows[run.row].label, {}, none, 0, {}};
        check_same(out, run);
        read_folder(sweep, out, one);
        status.runs.push_back(std::move(one));
        return status.runs.back();
    };
    for (const Run& map : expansion.maps)
        add(map);
    for (const Cell& cell : expansion.cells) {
        std::vector<RunStatus> trials;
        for (const Run& trial : cell.trials)
            trials.push_back(add(trial));
        const int chosen = chosen_candidate(cell, trials);
        for (const Run& final : cell.finals[static_cast<std::size_t>(std::max(chosen, 0))]) {
            add(final);
            if (chosen == -1) status.runs.back().run.chosen.clear(); // not chosen yet
        }
    }
    status.eta_seconds = estimate(status, 1);
    return status;
}

std::string to_json(const Sweep& sweep, const SweepStatus& status) {
    using Json = nlohmann::ordered_json;
    Json json{{"name", sweep.name}, {"runs", Json::array()}};
    for (const RunState state : {RunState::waiting, RunState::running, RunState::done, RunState::failed,
                                 RunState::stopped, RunState::skipped})
        json["counts"][std::string(name_of(state))] = status.count(state);
    json["eta_seconds"] = status.eta_seconds < 0 ? Json(nullptr) : Json(status.eta_seconds);
    for (const RunStatus& one : status.runs)
        json["runs"].push_back({{"kind", name_of(one.run.kind)},
                                {"task", one.task},
                                {"row", one.label},
                                {"method", one.run.project.method},
                                {"grid", slug(one.run.grid)},
                                {"setting", slug(one.run.chosen)},
                                {"seed", one.run.seed},
                                {"folder", one.run.folder.string()},
                                {"state", name_of(one.state)},
                                {"value", std::isfinite(one.value) ? Json(one.value) : Json(nullptr)},
                                {"seconds", one.seconds},
                                {"message", one.message}});
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace cdra::sweep
