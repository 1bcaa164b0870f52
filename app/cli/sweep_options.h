// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What 'cdra sweep' and 'cdra reproduce' share: what a sweep is told by the command line, and running it.
#pragma once

#include "app/cli/command.h"
#include "core/sweep/queue.h"

namespace cdra::cli {

struct SweepOptions {
    sweep::Overrides overrides;
    std::string priority = "low";
    int jobs = 1;
    bool retry_failed = false;

    void declare(CLI::App& app);
    // Throws InputError for impossible values.
    void check() const;
    // Runs what is left. Throws Cancelled on a stop.
    sweep::SweepStatus execute(const sweep::Sweep& sweep, const std::string& text,
                               const std::filesystem::path& out, const Invocation& invocation,
                               bool quiet) const;
};

} // namespace cdra::cli
