// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/engine.h"
#include "core/base/error.h"

namespace cdra::cli {
namespace {

namespace fs = std::filesystem;

class Attention final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a fine-tuning run.")->required();
        app.add_option("IMAGE", image_, "Image file; or name one of the run's dataset by --split and --index.");
        app.add_option("--split", split_, "Split of the run's dataset (default test).")->type_name("WORD");
        app.add_option("--index", index_, "Number of the image in that split, from 0.")->type_name("N");
        app.add_option("--queries", queries_,
                       "cls: what the class token looks at (default); all: what every token does. [blocks, heads, queries, tokens].")
            ->type_name("cls|all");
        app.add_option("--out", out_, "Safetensors file to write.")->type_name("FILE")->required();
        device_.declare(app, false);
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const job::JobPaths paths(fs::absolute(run_).lexically_normal());
        job::Project project = check_trained_run(paths);
        device_.apply(project.run);
        job::validate(project);
        job::AttentionRequest request;
        if (image_.empty() == !index_) throw InputError("which image is not clear; expected either IMAGE or --index N (of --split " + split_ + ")");
        if (!image_.empty()) {
            std::error_code error;
            if (!fs::is_regular_file(image_, error)) throw InputError(image_ + ": there is no such file; name an image file");
            request.image = fs::absolute(image_).lexically_normal().string();
        }
        if (queries_ != "cls" && queries_ != "all") throw InputError("--queries is '" + queries_ + "'; expected cls or all");
        check_model(project.model, project.data);
        request.run = paths.folder.string();
        request.split = split_;
        request.index = index_.value_or(0);
        request.every_query = queries_ == "all";
        request.out = fs::absolute(out_).lexically_normal().string();
        request.device = project.run;
        request.output = output_.output();
        exec_engine(find_engine(), "attention", job::to_json(request));
    }

  private:
    std::string run_, image_, split_ = "test", queries_ = "cls", out_;
    std::optional<std::int64_t> index_;
    RunOptions device_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_attention() { return std::make_unique<Attention>(); }

} // namespace cdra::cli
