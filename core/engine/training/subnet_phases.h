// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What goes before the training of a searched method (NOAH): a supernet trained on the split "train", a
// random subnet every step; an evolutionary search on "val"; then the method is made anew for the subnet
// found.
#pragma once

#include "core/engine/training/run_setup.h"
#include "core/engine/training/trainer.h"

#include <cstdint>
#include <string>

namespace cdra::engine {

// Tells a phase's steps after those of the phases before it, so that the events of one run go on counting.
class PhaseHost final : public TrainingHost {
  public:
    PhaseHost(TrainingHost& inner, std::int64_t steps_before, std::string folder = "checkpoints/")
        : inner_(inner), steps_before_(steps_before), folder_(std::move(folder)) {}
    std::stop_token stop() const override { return inner_.stop(); }
    ProgressSink& progress() override { return inner_.progress(); }
    void write(decltype(job::Event::what) event) override;
    void log(const std::string& level, const std::string& message) override { inner_.log(level, message); }
    bool at_step(std::int64_t step) override { return inner_.at_step(steps_before_ + step); }
    void resumed(std::int64_t step) override { inner_.resumed(steps_before_ + step); }

  private:
    TrainingHost& inner_;
    std::int64_t steps_before_;
    std::string folder_; // of the phase's checkpoints, as told
};

// Runs the phases unless the method is not searched, its subnet was given, or they are done already; goes on
// where an interrupted run stopped (checkpoints/supernet, checkpoints/search.json). Leaves the subnet in the
// setup's options and in project.toml, and the setup's model and method at the start values of that subnet.
// Returns the optimiser steps that went before the training proper. Throws Cancelled, InputError without a
// split "val".
std::int64_t find_subnet(RunSetup& setup, const job::JobPaths& paths, const datasets::Dataset& data,
                         TrainingHost& host, bool resume);

} // namespace cdra::engine
