// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A sweep: rows (a method with its options) × tasks × seeds × settings, read from SWEEP.toml and expanded
// into ordinary fine-tuning runs. Plain values; running them is queue.h's affair.
//
//   name = "…"   notes = "…"   seeds = [0, 1, 2]
//   [project.…]      what all runs share, as in a project file; a task's and a row's own tables win over it
//   [[task]]         name, data ("{data}" stands for --data ROOT, "{seed}" for the seed), group, metric, also
//                    (metrics reported beside it), project
//   [[row]]          label, method, options, grid, choose, project
//   [choose]         max-trials; epochs (a trial's, where fewer than a run's will do); and the grid of every
//                    row that has none of its own, e.g. lr = [1e-3, 3e-3]
//   [grid]           settings that are all run and all reported, e.g. size-scale = [0.5, 1.0]
// A key of a grid is a recipe's ("lr"), a plan's ("gamma"), the method's own ("prompt-length"), or written
// out
// ("sensitivity.samples").
#pragma once

#include "core/job/project.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <variant>
#include <vector>

namespace cdra::sweep {

using Scalar = std::variant<bool, std::int64_t, double, std::string>;
std::string text_of(const Scalar& value); // numbers as their shortest text

struct Assignment {
    std::string key;
    Scalar value;
};
using Setting = std::vector<Assignment>;
// "lr=0.003,gamma=0.01", a folder's name: characters that no folder should have become '-'; empty for none.
std::string slug(const Setting& setting);

struct Axis {
    std::string key;
    std::vector<Scalar> values; // at least one
};
// All combinations, the last axis fastest; one empty setting without axes.
std::vector<Setting> combinations(const std::vector<Axis>& axes);

struct Task {
    std::string name, group, data;
    std::string metric = "accuracy"; // what is chosen by and reported: "<split>/<metric>" of a run's results
    std::vector<std::string> also;   // reported beside it, in no mean: {"mdice"}
    toml::table project;
};
struct Row {
    std::string label, method;
    toml::table options, project;
    std::vector<Axis> grid, choose;
};

struct Sweep {
    std::string name, notes;
    std::vector<std::uint64_t> seeds{0};
    std::vector<std::uint64_t>
        only_seeds; // finals of these alone; trials keep to the first of `seeds`. Empty: all
    std::vector<Task> tasks;
    std::vector<Row> rows;
    int max_trials = 3;
    int trial_epochs = 0; // of trials under the honest protocol; 0: as the runs
    toml::table project;
    std::filesystem::path source; // for messages; its folder is where relative paths begin
};

// What the command line puts in.
struct Overrides {
    std::string data_root, model; // empty: as the file says
    std::string device;
    int threads = -1, epochs = 0;         // -1, 0: as the file says
    std::vector<std::string> tasks, rows; // only these; empty: all
    std::vector<std::uint64_t> seeds;
};

// Throw InputError naming file, line and key: unknown keys, unknown methods (with the known ones), names
// given twice, a grid of more than max-trials combinations.
Sweep parse_sweep(std::string_view toml, const std::filesystem::path& source);
Sweep read_sweep(const std::filesystem::path& path);
// Throws InputError for a task, row or seed that is not there, or a data root that is needed and missing.
void apply(Sweep& sweep, const Overrides& overrides);

enum class Kind { map, trial, final };
std::string_view name_of(Kind kind) noexcept;

// One job of the queue.
struct Run {
    Kind kind = Kind::trial;
    std::size_t task = 0, row = 0; // a map: the first task and row that use it
    Setting grid, chosen;
    std::uint64_t seed = 0;
    std::filesystem::path folder; // relative to the sweep's
    std::filesystem::path map; // the map it starts from, relative to the sweep's; a map: itself; empty: none
    job::Project project; // paths absolute, but for sensitivity.map, which is relative to the sweep's folder
};

// One cell of the table to come: a row on a task under a setting of the grid. Its candidates are compared by
// trials on the first seed (honest: trained on "train", compared by "val"; published: by "test", as published
// code does); then the chosen one is run for every seed (honest: --final).
struct Cell {
    std::size_t task = 0, row = 0;
    Setting grid;
    std::vector<Run> trials;              // empty if there is nothing to choose
    std::vector<std::vector<Run>> finals; // [candidate][seed]
};

struct Expansion {
    std::vector<Run> maps;
    std::vector<Cell> cells;
    std::size_t run_count() const; // maps, trials and the finals of one candidate a cell
};

// Every run's project is complete and valid. Throws InputError naming task and row for what a project
// refuses.
Expansion expand(const Sweep& sweep);

// The candidate with the largest value. Not-a-number (failed, diverged) loses; ties: the smaller learning
// rate, then the earlier one. -1 if every candidate is not a number.
int choose(const std::vector<Setting>& candidates, const std::vector<double>& values);
// The figure that trials are compared by: "val/accuracy", under the published protocol "test/accuracy".
std::string selection_figure(const Sweep& sweep, const Run& trial);

} // namespace cdra::sweep
