// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/sweep_options.h"

#include "app/cli/engine.h"
#include "app/cli/interrupt.h"
#include "core/base/error.h"
#include "core/job/terminal_progress.h"

namespace cdra::cli {

void SweepOptions::declare(CLI::App& app) {
    app.add_option("--data", overrides.data_root, "What {data} stands for in the file.")->type_name("ROOT");
    app.add_option("--model", overrides.model, "Checkpoint of all runs (default: as the file says).")
        ->type_name("MODEL");
    app.add_option("--device", overrides.device, "cpu, cuda, cuda:N or auto (default: as the file says).")
        ->type_name("WORD");
    app.add_option("--threads", overrides.threads, "Threads of a run (default: as the file says).")
        ->type_name("N");
    app.add_option("--epochs", overrides.epochs, "Epochs of a run (default: as the file says).")
        ->type_name("N");
    app.add_option("--jobs", jobs, "Runs at a time (default 1).")->type_name("N");
    app.add_option("--priority", priority, "normal, low or idle (default low).")->type_name("WORD");
    app.add_option("--tasks", overrides.tasks, "Only these tasks, separated by commas.")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAME");
    app.add_option("--rows", overrides.rows, "Only these rows, separated by commas.")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("LABEL");
    app.add_option("--seeds", overrides.seeds, "Only these seeds, separated by commas; trials keep the file's first.")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("N");
    app.add_flag("--retry-failed", retry_failed, "Try runs again that failed before.");
}

void SweepOptions::check() const {
    if (jobs < 1) throw InputError("--jobs is " + std::to_string(jobs) + "; expected at least 1");
    if (overrides.threads < -1)
        throw InputError("--threads is " + std::to_string(overrides.threads) + "; expected at least 0");
    if (overrides.epochs < 0)
        throw InputError("--epochs is " + std::to_string(overrides.epochs) + "; expected at least 1");
    sweep::parse_priority(priority);
}

sweep::SweepStatus SweepOptions::execute(const sweep::Sweep& sweep, const std::string& text,
                                         const std::filesystem::path& out, const Invocation& invocation,
                                         bool quiet) const {
    find_engine(); // before any run says that it is not there
    sweep::QueueOptions options;
    options.out = out;
    options.program = std::filesystem::read_symlink("/proc/self/exe");
    options.command_line = invocation.line();
    options.sweep_toml = text;
    options.jobs = jobs;
    options.priority = sweep::parse_priority(priority);
    options.retry_failed = retry_failed;
    const Interrupt interrupt;
    job::TerminalProgress progress(quiet);
    return sweep::run_queue(sweep, options, progress, interrupt.token(),
                            [&](const std::string& line) { progress.note(line); });
}

} // namespace cdra::cli
