// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "core/job/project.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace cdra::cli {

// The recipe's options; what is not given stays as the project has it.
struct RecipeOptions {
    std::optional<int> epochs, batch_size, accumulate, warmup_epochs, checkpoint_every;
    std::optional<double> lr, min_lr, warmup_lr, weight_decay, drop_path, label_smoothing;
    std::optional<std::string> precision, protocol, recipe, report, schedule;
    bool final_training = false;
    void declare(CLI::App& app);
    void apply(job::Recipe& recipe, const methods::Descriptor& method) const;
};

} // namespace cdra::cli
