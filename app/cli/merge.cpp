// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/engine.h"
#include "core/base/error.h"

namespace cdra::cli {
namespace {

class Merge final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a fine-tuning run.")->required();
        app.add_option("--naming", naming_, "Tensor names: timm or hf (default: the model's own).")->type_name("WORD");
        app.add_option("--out", out_, "Checkpoint to write.")->required()->type_name("M.safetensors");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        std::optional<checkpoint::Naming> naming;
        if (naming_) naming = checkpoint::parse_naming(*naming_);
        const job::JobPaths paths(std::filesystem::absolute(run_).lexically_normal());
        const job::Project project = check_trained_run(paths);
        if (!methods::find_method(project.method).mergeable)
            throw InputError("method " + project.method + " changes the forward pass and cannot be merged into plain weights");
        check_output("--out", out_);
        const auto model = check_model(project.model, project.data);
        const job::MergeRequest request{paths.folder.string(), naming.value_or(model->spec().naming),
                                        std::filesystem::absolute(out_).lexically_normal().string(), output_.output()};
        exec_engine(find_engine(), "merge", job::to_json(request));
    }

  private:
    std::string run_, out_;
    std::optional<std::string> naming_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_merge() { return std::make_unique<Merge>(); }

} // namespace cdra::cli
