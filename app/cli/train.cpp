// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/engine.h"
#include "app/cli/interrupt.h"
#include "app/cli/method_options.h"
#include "app/cli/recipe_options.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/terminal_progress.h"


namespace cdra::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* plan_in_job = "plan.h5";

// runs/<name>-<n> beside the project, the first n that is free.
fs::path default_folder(const fs::path& project_file, const std::string& name) {
    std::string word = name.empty() ? project_file.stem().string() : name;
    for (char& c : word)
        if (c == '/' || c == ' ' || c == '\n') c = '-';
    const fs::path runs = fs::absolute(project_file).parent_path() / "runs";
    for (int n = 1;; ++n)
        if (const fs::path folder = runs / (word + "-" + std::to_string(n)); !fs::exists(folder)) return folder;
}

class Train final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("PROJECT", project_file_, "Project file; options given here win over it.")->type_name("PROJECT.toml");
        model_.declare(app);
        data_.declare(app, true);
        app.add_option("--method", method_, "Fine-tuning method, see 'cdra methods' (default cdra).")->type_name("WORD");
        app.add_option("--plan", plan_, "Compact plan, from 'cdra plan' (method cdra).")->type_name("P.h5");
        app.add_option("--sensitivity,--map", map_, "Sensitivity map to make the plan from, if there is no plan; by the method's own plan maker.")->type_name("S.h5");
        plan_options_.declare(app);
        method_options_.declare(app, {{"rank", "[cdra with --sensitivity] The plan's rank strategy. Default eq7-unscaled."}});
        recipe_.declare(app);
        run_.declare(app);
        app.add_option("--out", out_, "Job folder to make (default: runs/NAME-N beside the project).")->type_name("RUN");
        app.add_option("--job", out_, "The same as --out.")->type_name("DIR");
        app.add_flag("--detach", detach_, "Start it apart, print the job folder and return at once.");
        output_.declare(app);
    }

    int run(const Invocation& invocation) override {
        job::Project project = assemble();
        const methods::Descriptor& method = methods::find_method(project.method);
        const auto model = check_model(project.model, project.data);
        const auto dataset = check_data(project.data);
        if (dataset->task() == datasets::Task::segmentation && project.method == "mlp3")
            throw InputError("method mlp3 is a head for one class an image, and " + project.data.spec +
                             " has a class for every pixel; use another method, with --decoder fpn for a larger head");
        std::optional<compact::CompactPlan> made;
        if (method.needs_plan) made = plan_for(project, *model);
        const auto engine = find_engine();
        const fs::path folder = fs::absolute(out_.empty() ? default_folder(project_file_, project.name) : fs::path(out_))
                                    .lexically_normal();
        const job::JobPaths paths(folder);
        job::create_job_folder(paths, invocation.line());
        if (made) {
            // The run keeps its own copy: a plan that changes later changes no run.
            compact::write_plan(folder / plan_in_job, *made);
            project.plan.file = plan_in_job;
        }
        job::write_project(paths.project, project);
        const job::TrainRequest request{folder.string(), false, std::nullopt, output_.output(folder.string())};
        return hand_over(engine, "train", job::to_json(request), paths, detach_, output_.json);
    }

  private:
    // The project file's values, then the command line's, everything checked that needs no file.
    job::Project assemble() const {
        if (project_file_.empty() && out_.empty())
            throw InputError("no folder for the run; expected --out RUN, or a PROJECT.toml to put runs/ beside");
        job::Project project;
        if (!project_file_.empty()) project = job::read_project(project_file_);
        if (method_ && *method_ != project.method) {
            project.method = *method_;
            project.method_options.clear(); // they were another method's
        }
        const methods::Descriptor& method = methods::find_method(project.method);
        model_.apply(project.model);
        data_.apply(project.data);
        recipe_.apply(project.recipe, method);
        run_.apply(project.run);
        PlanOptions plan_options = plan_options_;
        std::set<std::string> taken;
        const std::string* rank = method_options_.given("rank");
        if (rank != nullptr && method.needs_plan && methods::find_option(method, "rank") == nullptr) {
            plan_options.rank = *rank;
            taken.insert("rank");
        }
        method_options_.apply(method, project.method_options, taken);
        if ((plan_ || map_ || plan_options.any()) && !method.needs_plan)
            throw InputError("method " + std::string(method.word) + " uses no plan; leave out --plan, --map and the plan's options");
        if (plan_ && (map_ || plan_options.any() || plan_options.rank))
            throw InputError("--plan stands beside --map or the plan's options; expected a plan, or a map with options to make one");
        if (map_) project.plan.file.clear();
        if (map_) project.sensitivity.map = *map_;
        if (plan_) project.plan.file = *plan_;
        if (!project.plan.file.empty() && (plan_options.any() || plan_options.rank))
            throw InputError("the project names the plan " + project.plan.file +
                             ", which the plan's options cannot change; name a map with --map to make another plan");
        if (method.selects_itself && (plan_options.gamma || plan_options.tau || plan_options.budget))
            throw InputError("method " + std::string(method.word) +
                             " selects weights by its own options; leave out --gamma, --tau and --budget");
        plan_options.apply(project.plan.options);
        job::validate(project);
        job::make_paths_absolute(project, fs::current_path());
        return project;
    }

    compact::CompactPlan plan_for(const job::Project& project, const checkpoint::Checkpoint& model) const {
        if (!project.plan.file.empty()) {
            compact::CompactPlan plan = compact::read_plan(project.plan.file);
            methods::check_plan_maker(methods::find_method(project.method), plan);
            check_plan_fits(plan, model, project.plan.file);
            return plan;
        }
        if (project.sensitivity.map.empty())
            throw InputError("method " + project.method +
                             " needs a compact plan; expected --plan P.h5 (from 'cdra plan') or --sensitivity S.h5 (from 'cdra sensitivity')");
        const Interrupt interrupt;
        job::TerminalProgress progress(output_.quiet);
        const int threads = thread_count(project.run.threads);
        const auto map = sensitivity::read_map(project.sensitivity.map, progress, interrupt.token(), sensitivity::Reading::in_place);
        const methods::Descriptor& method = methods::find_method(project.method);
        compact::CompactPlan plan =
            methods::make_plan(method, {map, project.plan.options, methods::resolve_options(method, project.method_options)},
                               progress, interrupt.token(), threads);
        check_plan_fits(plan, model, project.sensitivity.map);
        return plan;
    }

    std::string project_file_, out_;
    ModelOptions model_;
    DataOptions data_;
    PlanOptions plan_options_;
    MethodOptions method_options_;
    RecipeOptions recipe_;
    RunOptions run_;
    OutputOptions output_;
    std::optional<std::string> method_, plan_, map_;
    bool detach_ = false;
};

} // namespace

std::unique_ptr<Command> make_train() { return std::make_unique<Train>(); }

} // namespace cdra::cli
