// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// One subcommand of `cdra`: one file and one line in commands.cpp.
#pragma once

#include <CLI/CLI.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::cli {

// The command line as it was typed: what a job folder keeps in `command`.
struct Invocation {
    std::vector<std::string> arguments; // the program's name first
    // One line that a shell reads back as the same arguments.
    std::string line() const;
};

class Command {
  public:
    virtual ~Command() = default;
    // Declares options and positional arguments; called once, before parsing.
    virtual void declare(CLI::App& app) = 0;
    // Returns the exit code. Throws InputError, Error or Cancelled.
    virtual int run(const Invocation& invocation) = 0;
};

struct CommandEntry {
    std::string_view name;
    std::string_view summary;
    std::unique_ptr<Command> (*make)();
};
// In the order of the help text.
std::span<const CommandEntry> commands();

// Parses, runs, prints "cdra: …" on standard error for every exception, and returns the exit code.
int run(int argc, char** argv);

// The factories, one a file.
std::unique_ptr<Command> make_inspect();
std::unique_ptr<Command> make_dataset();
std::unique_ptr<Command> make_dataset_build(); // of make_dataset
std::unique_ptr<Command> make_dataset_split(); // of make_dataset
std::unique_ptr<Command> make_methods();
std::unique_ptr<Command> make_sensitivity();
std::unique_ptr<Command> make_plan();
std::unique_ptr<Command> make_compare();
std::unique_ptr<Command> make_analyse();
std::unique_ptr<Command> make_train();
std::unique_ptr<Command> make_resume();
std::unique_ptr<Command> make_stop();
std::unique_ptr<Command> make_pause();
std::unique_ptr<Command> make_checkpoint();
std::unique_ptr<Command> make_evaluate();
std::unique_ptr<Command> make_predict();
std::unique_ptr<Command> make_attention();
std::unique_ptr<Command> make_export();
std::unique_ptr<Command> make_merge();
std::unique_ptr<Command> make_import_spt();
std::unique_ptr<Command> make_report();
std::unique_ptr<Command> make_sweep();
std::unique_ptr<Command> make_reproduce();

} // namespace cdra::cli
