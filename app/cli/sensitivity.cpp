// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/engine.h"
#include "core/base/error.h"

#include <algorithm>
#include <limits>

namespace cdra::cli {
namespace {

constexpr int published_samples = 16 * 32; // what SPT's code takes: 16 batches of 32

class Sensitivity final : public Command {
  public:
    void declare(CLI::App& app) override {
        model_.declare(app);
        data_.declare(app, false);
        app.add_option("--samples", samples_, "Training images (default 400; 512 with --estimator batch; all of them with contrastive).")->type_name("N");
        app.add_option("--estimator", estimator_,
                       "per-sample (Eq. 3: the mean of squared gradients of single images) or batch (SPT's code: squared "
                       "gradients of mini-batches) or contrastive (GPS: summed gradients of a supervised contrastive loss on two views) "
                       "(default per-sample).")
            ->type_name("WORD");
        app.add_option("--batch-size", batch_size_, "Images at a time; with --estimator batch or contrastive, of a mini-batch (default 32).")
            ->type_name("N");
        run_.declare(app);
        app.add_option("--out", out_, "Sensitivity map to write.")->required()->type_name("S.h5");
        app.add_option("--job", job_, "Job folder to make: progress for others to follow, and a way to stop it.")->type_name("DIR");
        app.add_flag("--detach", detach_, "Start it apart and return at once (needs --job).");
        output_.declare(app);
    }

    int run(const Invocation& invocation) override {
        job::Project project;
        model_.apply(project.model);
        data_.apply(project.data);
        run_.apply(project.run);
        project.name = "sensitivity";
        project.sensitivity.map = out_;
        if (estimator_) project.sensitivity.estimator = *estimator_;
        const bool whole_epoch = project.sensitivity.estimator == "contrastive";
        project.sensitivity.samples = samples_.value_or(whole_epoch ? std::numeric_limits<int>::max()
                                                        : project.sensitivity.estimator == "batch" ? published_samples
                                                                                                   : 400);
        if (batch_size_) project.sensitivity.batch_size = *batch_size_;
        project.sensitivity.seed = project.run.seed;
        job::validate(project);
        if (project.model.path.empty()) throw InputError("no model is named; expected --model MODEL");
        if (project.data.spec.empty()) throw InputError("no dataset is named; expected --data DATA");
        if (detach_ && job_.empty()) throw InputError("--detach needs --job DIR, the folder to follow the work in");
        check_output("--out", out_);
        job::make_paths_absolute(project, std::filesystem::current_path());
        check_model(project.model, project.data);
        const auto dataset = check_data(project.data);
        const std::size_t available = dataset->samples("train").size();
        if (static_cast<std::size_t>(project.sensitivity.samples) > available && samples_)
            throw InputError("--samples is " + std::to_string(*samples_) + ", but the training split has " +
                             std::to_string(available) + " images; ask for at most that many");
        project.sensitivity.samples = static_cast<int>(std::min<std::size_t>(
            static_cast<std::size_t>(project.sensitivity.samples), available));
        const auto engine = find_engine();
        const std::string folder = job_.empty() ? "" : std::filesystem::absolute(job_).lexically_normal().string();
        const job::JobPaths paths(folder);
        if (!folder.empty()) {
            job::create_job_folder(paths, invocation.line());
            job::write_project(paths.project, project);
        }
        const job::SensitivityRequest request{project.model, project.data, project.sensitivity, project.run,
                                              output_.output(folder)};
        return hand_over(engine, "sensitivity", job::to_json(request), paths, detach_, output_.json);
    }

  private:
    ModelOptions model_;
    DataOptions data_;
    RunOptions run_;
    OutputOptions output_;
    std::optional<int> samples_, batch_size_;
    std::optional<std::string> estimator_;
    std::string out_, job_;
    bool detach_ = false;
};

} // namespace

std::unique_ptr<Command> make_sensitivity() { return std::make_unique<Sensitivity>(); }

} // namespace cdra::cli
