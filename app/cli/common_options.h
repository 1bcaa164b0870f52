// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Options that several commands share. Each group declares its options and puts what was given into the value it
// is about, leaving the rest as it was (a project's values, or the defaults).
#pragma once

#include "core/job/project.h"
#include "core/job/requests.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdra::cli {

struct OutputOptions {
    bool json = false, quiet = false;
    void declare(CLI::App& app);
    job::Output output(const std::string& job = {}) const { return {json, quiet, job}; }
};

struct ModelOptions {
    std::optional<std::string> path;
    std::optional<int> heads;
    std::optional<std::string> pooling, position_resampling, decoder;
    void declare(CLI::App& app, bool with_path = true);
    void apply(job::ModelChoice& model) const; // throws InputError
};

struct DataOptions {
    std::optional<std::string> spec, resize, augment;
    std::optional<int> image_size;
    std::vector<float> mean, std;
    void declare(CLI::App& app, bool with_augment);
    void apply(job::DataChoice& data) const; // throws InputError
    bool any() const;
};

struct RunOptions {
    std::optional<std::string> device;
    std::optional<int> threads;
    std::optional<std::uint64_t> seed;
    void declare(CLI::App& app, bool with_seed = true);
    void apply(job::RunChoice& run) const;
};

// γ, τ or a budget, and what else decides a plan. `rank` is declared by whoever uses it: `train` has a LoRA rank.
struct PlanOptions {
    std::optional<double> gamma, budget, size_scale;
    std::optional<std::uint64_t> tau;
    std::optional<std::string> pool, rank_zero, quadrant, rank;
    std::optional<int> beta;
    void declare(CLI::App& app);
    void apply(compact::PlanOptions& options) const; // throws InputError
    bool any() const;
};

// What --threads asks for: 0 is one per processor. Throws InputError below 0.
int thread_count(int wanted);

// Throws InputError naming the first impossible value of what only a request holds.
void check_run(const job::RunChoice& run);

} // namespace cdra::cli
