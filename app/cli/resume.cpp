// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/engine.h"
#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cdra::cli {
namespace {

class Resume final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a stopped, dead or failed run, or of one that is paused.")->required();
        app.add_option("--epochs", epochs_, "New total of epochs, to go on with a run that has finished.")->type_name("N");
        app.add_flag("--detach", detach_, "Start it apart, print the job folder and return at once.");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const job::JobPaths paths(std::filesystem::absolute(run_).lexically_normal());
        const job::Project project = check_run_folder(paths);
        if (epochs_ && *epochs_ < 1) throw InputError("--epochs is " + std::to_string(*epochs_) + "; expected at least 1");
        const job::JobState state = job::read_state(paths);
        if (state == job::JobState::paused) return wake(paths);
        if (state == job::JobState::running)
            throw InputError(run_ + " is running already; follow it in " + paths.log.string() + ", or stop it with 'cdra stop'");
        if (state == job::JobState::done && !epochs_)
            throw InputError(run_ + " has finished its " + std::to_string(project.recipe.epochs) +
                             " epochs; give a larger total with --epochs to go on");
        const auto engine = find_engine();
        const job::TrainRequest request{paths.folder.string(), true, epochs_, output_.output(paths.folder.string())};
        return hand_over(engine, "train", job::to_json(request), paths, detach_, output_.json);
    }

  private:
    // The worker is alive and waits: a word is enough.
    int wake(const job::JobPaths& paths) const {
        if (epochs_) throw InputError(run_ + " is paused and alive; expected no --epochs: stop it first to change its length");
        job::send(paths, job::ControlWord::resume);
        if (output_.json)
            std::cout << nlohmann::ordered_json{{"job", paths.folder.string()}, {"sent", "resume"}}.dump() << '\n';
        else
            std::cout << "sent resume to " << run_ << '\n';
        return exit_codes::done;
    }

    std::string run_;
    std::optional<int> epochs_;
    bool detach_ = false;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_resume() { return std::make_unique<Resume>(); }

} // namespace cdra::cli
