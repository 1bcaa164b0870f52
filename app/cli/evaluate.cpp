// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/engine.h"
#include "core/base/error.h"

namespace cdra::cli {
namespace {

class Evaluate final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a fine-tuning run.")->required();
        app.add_option("--split", split_, "Split to measure on (default test).")->type_name("WORD");
        data_.declare(app, false);
        device_.declare(app, false);
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const job::JobPaths paths(std::filesystem::absolute(run_).lexically_normal());
        job::Project project = check_trained_run(paths);
        data_.apply(project.data);
        job::RunChoice device = project.run;
        device_.apply(device);
        project.run = device;
        job::validate(project);
        job::make_paths_absolute(project, std::filesystem::current_path());
        check_model(project.model, project.data);
        const auto dataset = datasets::open_dataset(project.data.spec);
        if (dataset->samples(split_).empty()) throw InputError(project.data.spec + ": the split '" + split_ + "' has no images");
        job::EvaluateRequest request{paths.folder.string(), split_, std::nullopt, device, output_.output()};
        if (data_.any()) request.data = project.data;
        exec_engine(find_engine(), "evaluate", job::to_json(request));
    }

  private:
    std::string run_, split_ = "test";
    DataOptions data_;
    RunOptions device_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_evaluate() { return std::make_unique<Evaluate>(); }

} // namespace cdra::cli
