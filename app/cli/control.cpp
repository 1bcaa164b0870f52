// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// stop, pause and checkpoint: a word to a living worker.
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "core/base/error.h"
#include "core/job/job_folder.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cdra::cli {
namespace {

class Control final : public Command {
  public:
    explicit Control(job::ControlWord word) : word_(word) {}

    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a running job.")->required();
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const job::JobPaths paths(std::filesystem::absolute(run_).lexically_normal());
        if (!job::holds_job(paths))
            throw InputError(run_ + " is no job folder; expected the folder that 'cdra train' or 'cdra sensitivity --job' made");
        const job::JobState state = job::read_state(paths);
        if (state != job::JobState::running && state != job::JobState::paused)
            throw InputError(run_ + " is not running (it is " + std::string(job::name_of(state)) + "); nothing was sent" +
                             (state == job::JobState::dead ? "; go on with it by 'cdra resume'" : ""));
        job::send(paths, word_);
        const std::string word(job::name_of(word_));
        if (output_.json)
            std::cout << nlohmann::ordered_json{{"job", paths.folder.string()}, {"sent", word}}.dump() << '\n';
        else
            std::cout << "sent " << word << " to " << run_ << '\n';
        return exit_codes::done;
    }

  private:
    job::ControlWord word_;
    std::string run_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_stop() { return std::make_unique<Control>(job::ControlWord::stop); }
std::unique_ptr<Command> make_pause() { return std::make_unique<Control>(job::ControlWord::pause); }
std::unique_ptr<Command> make_checkpoint() { return std::make_unique<Control>(job::ControlWord::checkpoint); }

} // namespace cdra::cli
