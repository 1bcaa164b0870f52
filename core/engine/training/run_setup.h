// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// From a job folder to a model with its method on it: what train, evaluate, predict and merge begin with.
#pragma once

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/engine/methods/method.h"
#include "core/engine/model/vit.h"
#include "core/engine/training/task.h"
#include "core/job/adapter.h"
#include "core/job/job_folder.h"
#include "core/job/project.h"
#include "datasets/dataset.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace cdra::engine {

struct RunSetup {
    job::Project project; // paths absolute
    methods::OptionValues options;
    std::unique_ptr<checkpoint::Checkpoint> checkpoint;
    datasets::Preprocessing preprocessing;
    checkpoint::Resampling resampling = checkpoint::Resampling::timm;
    torch::Device device = torch::kCPU;
    int threads = 1;
    std::vector<std::string> classes;
    std::optional<compact::CompactPlan> plan;
    std::unique_ptr<Task> task;
    std::unique_ptr<Vit> model;
    std::unique_ptr<Method> method; // after the model: it refers to it
    std::string model_sha256;
    std::string data_fingerprint; // of the dataset trained on
};

// Reproducible bits: deterministic kernels, fixed thread count, nothing chosen by timing. Before any
// computation.
void make_deterministic();

// The run's own copy of the plan, RUN/plan.h5, made at the first start: a plan file that changes later
// changes no run. Nothing without a plan. Made from the map if the project names no plan but a map.
void keep_plan(const job::JobPaths& paths, const job::Project& project, int threads, ProgressSink& progress,
               const std::stop_token& stop);

// Model, plan and method of a project at their start values, for the classes of `data`.
RunSetup set_up(const job::JobPaths& paths, const job::Project& project, const datasets::Dataset& data,
                ProgressSink& progress, const std::stop_token& stop);

// A finished run: model and method with the adapter's values. `device`: the choice of the command, "auto"
// included. Throws InputError if the run has no adapter yet, or the checkpoint is not the one it was trained
// on.
RunSetup open_run(const std::filesystem::path& folder, const job::RunChoice& device, ProgressSink& progress,
                  const std::stop_token& stop);

// Metadata of the adapter file of this run.
std::map<std::string, std::string> adapter_metadata(const RunSetup& setup);
// What such metadata say the adapter was trained for. Throws InputError for an unknown decoder.
std::unique_ptr<Task> stored_task(const job::Adapter& adapter);
std::filesystem::path adapter_file(const job::JobPaths& paths);

} // namespace cdra::engine
