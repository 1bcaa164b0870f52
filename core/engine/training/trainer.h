// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The training loop. It knows a model, a method, a dataset and a recipe, and speaks to a host: the worker of
// a job folder, or a test.
#pragma once

#include "core/base/progress.h"
#include "core/engine/methods/method.h"
#include "core/engine/training/run_state.h"
#include "core/engine/training/task.h"
#include "core/job/events.h"
#include "core/job/project.h"
#include "datasets/loader.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

namespace cdra::engine {

// Training's ears and mouth.
class TrainingHost {
  public:
    virtual ~TrainingHost() = default;
    virtual std::stop_token stop() const = 0;
    virtual ProgressSink& progress() = 0;
    virtual void write(decltype(job::Event::what) event) = 0;
    virtual void log(const std::string& level, const std::string& message) = 0;
    // Called after every optimiser step: hears control words, waits while paused. True: write a checkpoint
    // now.
    virtual bool at_step(std::int64_t step) = 0;
    // A resume begins at `step`: what was told past it never happened.
    virtual void resumed(std::int64_t step) = 0;
};

// Which splits the protocol trains on, chooses by, and reports.
//   honest     train → chosen by val (ties: the earlier epoch) → test read once
//   final      trainval → the last epoch → test read once: the chosen setting, trained anew on everything but
//   test published  trainval → maximum of test accuracy over the epochs, as published code does
// `select` is empty where nothing chooses; `report` falls back to val, then train, where there is no test
// split.
struct SplitRoles {
    std::string train, select, report;
};

struct TrainingSetup {
    Vit& model;
    Method& method;
    const datasets::Dataset& data;
    datasets::Preprocessing preprocessing;
    job::Recipe recipe;
    std::uint64_t seed = 0;
    int threads = 1;
    std::filesystem::path checkpoints; // a folder that exists
    bool resume = false;
    const Task& task = classification();
    std::optional<SplitRoles> roles; // not the protocol's: what a phase before the training proper reads
    std::string stage = "train";     // of its progress, and the split its metrics are told of
    bool keep_features = true;       // of a frozen backbone, where they fit; false: computed anew in every epoch
};

SplitRoles split_roles(const datasets::Dataset& data, const job::Recipe& recipe);

// Trains and leaves the method with the chosen checkpoint's values. A stop saves a checkpoint first and
// throws Cancelled. Throws Error on a loss that is not finite, IoError where a checkpoint can't be written.
RunState train(const TrainingSetup& setup, TrainingHost& host);

} // namespace cdra::engine
