// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/engine.h"
#include "core/base/error.h"
#include "core/job/adapter_sum.h"

namespace cdra::cli {
namespace {

class Evaluate final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a fine-tuning run; or name --adapter and --model.");
        app.add_option("--adapter", adapters_,
                       "Compact adapter to put on the model; several are added. With RUN: added to the run's own.")
            ->type_name("FILE")
            ->allow_extra_args(false);
        app.add_option("--model", model_, "[--adapter] Model that the adapters were trained on.")->type_name("MODEL");
        app.add_option("--split", split_, "Split to measure on (default test).")->type_name("WORD");
        data_.declare(app, false);
        device_.declare(app, false);
        output_.declare(app);
    }

    int run(const Invocation&) override {
        job::Project project;
        job::EvaluateRequest request;
        request.split = split_;
        if (run_.empty()) {
            if (adapters_.empty()) throw InputError("nothing to evaluate is named; expected RUN, or --adapter FILE with --model and --data");
            if (!model_ || !data_.spec) throw InputError("--adapter without RUN needs the model and the dataset; expected --model MODEL --data DATA");
            project.model.path = *model_;
        } else {
            if (model_) throw InputError("--model stands beside RUN, which has its own; leave it out");
            const job::JobPaths paths(std::filesystem::absolute(run_).lexically_normal());
            project = check_trained_run(paths);
            if (adapters_.empty()) request.run = paths.folder.string();
            else request.adapters.push_back((paths.adapter / "adapter.safetensors").string());
        }
        data_.apply(project.data);
        device_.apply(project.run);
        job::validate(project);
        job::make_paths_absolute(project, std::filesystem::current_path());
        request.device = project.run;
        for (const std::string& file : adapters_) request.adapters.push_back(std::filesystem::absolute(file).lexically_normal().string());
        if (request.adapters.empty()) {
            check_model(project.model, project.data);
        } else {
            std::vector<job::NamedAdapter> parts;
            for (const std::string& file : request.adapters) parts.push_back({file, job::read_adapter(file)});
            job::sum_of(parts); // says why they don't add up, before anything is loaded
            checkpoint::open(project.model.path, {project.model.heads});
            request.model = project.model;
        }
        const auto dataset = datasets::open_dataset(project.data.spec);
        if (dataset->samples(split_).empty()) throw InputError(project.data.spec + ": the split '" + split_ + "' has no images");
        if (data_.any() || request.model) request.data = project.data;
        request.output = output_.output();
        exec_engine(find_engine(), "evaluate", job::to_json(request));
    }

  private:
    std::string run_, split_ = "test";
    std::vector<std::string> adapters_;
    std::optional<std::string> model_;
    DataOptions data_;
    RunOptions device_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_evaluate() { return std::make_unique<Evaluate>(); }

} // namespace cdra::cli
