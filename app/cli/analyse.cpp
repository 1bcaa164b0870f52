// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/interrupt.h"
#include "app/cli/table.h"
#include "core/analysis/boxes.h"
#include "core/analysis/changes.h"
#include "core/base/error.h"
#include "core/job/adapter.h"
#include "core/job/terminal_progress.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cdra::cli {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

Json to_json(const analysis::MatrixChange& change) {
    Json json{{"name", change.name}, {"kind", change.kind}, {"norm", change.norm}, {"relative_norm", change.relative}};
    if (change.kind == "masked") {
        json["entries"] = change.entries;
        return json;
    }
    json["rows"] = change.rows;
    json["columns"] = change.columns;
    json["rank"] = change.rank;
    json["used_rank"] = change.used_rank;
    json["effective_rank"] = change.effective_rank;
    json["singular_values"] = change.singular_values;
    return json;
}

Json to_json(const analysis::BoxShares& shares) {
    Json json{{"share", shares.share}, {"random_mean", shares.random_mean}, {"matrices", Json::array()}};
    for (const auto& box : shares.matrices)
        json["matrices"].push_back({{"name", box.name},
                                    {"rows", box.rows},
                                    {"columns", box.columns},
                                    {"share", box.share},
                                    {"area", box.area},
                                    {"random_mean", box.random_mean},
                                    {"random_min", box.random_min},
                                    {"random_max", box.random_max}});
    return json;
}

class Analyse final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a trained run; or a plan P.h5, with --sensitivity.")->required();
        app.add_option("--sensitivity", map_, "The plan's map: how much of it the boxes hold, against random boxes.")->type_name("S.h5");
        app.add_option("--random-boxes", draws_, "Random boxes a matrix (default 20).")->type_name("N");
        app.add_option("--seed", seed_, "Of the random boxes (default 0).")->type_name("N");
        app.add_option("--threads", threads_, "Threads (default 0: one per processor).")->type_name("N");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const int threads = thread_count(threads_);
        const bool only_plan = !fs::is_directory(run_);
        if (only_plan && map_.empty())
            throw InputError(run_ + " is no folder; expected a run, or a plan with --sensitivity S.h5");
        std::vector<analysis::MatrixChange> changes;
        if (!only_plan) {
            const job::JobPaths paths(run_);
            const job::Project project = check_trained_run(paths);
            const auto adapter = job::read_adapter(paths.adapter / "adapter.safetensors");
            const auto model = checkpoint::open(project.model.path, {project.model.heads});
            changes = analysis::matrix_changes(adapter, model.get());
        }
        std::optional<analysis::BoxShares> shares;
        if (!map_.empty()) shares = boxes(only_plan ? fs::path(run_) : fs::path(run_) / "plan.h5", threads);
        if (output_.json) {
            Json json;
            json["run"] = run_;
            json["matrices"] = Json::array();
            for (const auto& change : changes) json["matrices"].push_back(to_json(change));
            if (shares) json["boxes"] = to_json(*shares);
            std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
            return exit_codes::done;
        }
        if (!only_plan) print(changes);
        if (shares) print(*shares);
        return exit_codes::done;
    }

  private:
    analysis::BoxShares boxes(const fs::path& plan_file, int threads) const {
        const auto plan = compact::read_plan(plan_file);
        const Interrupt interrupt;
        job::TerminalProgress progress(output_.quiet);
        const auto map = sensitivity::read_map(map_, progress, interrupt.token(), sensitivity::Reading::in_place);
        if (sensitivity::fingerprint(map) != plan.map_fingerprint && !output_.quiet)
            std::cerr << "warning: " << map_ << " is not the map that " << plan_file.string() << " was made from\n";
        return analysis::box_shares(map, plan, draws_, seed_, progress, interrupt.token(), threads);
    }

    static void print(const std::vector<analysis::MatrixChange>& changes) {
        Table table{{{"matrix"}, {"change"}, {"‖ΔW‖", true}, {"of ‖W‖", true}, {"rank", true}, {"used", true}, {"effective", true},
                     {"σ₁", true}, {"entries", true}},
                    {}};
        for (const auto& change : changes) {
            const bool low_rank = change.kind == "low-rank";
            const auto when = [&](bool shown, const std::string& text) { return shown ? text : std::string(); };
            table.rows.push_back({change.name, change.kind, fixed(change.norm, 4), fixed(100 * change.relative, 3) + " %",
                                  when(low_rank, std::to_string(change.rank)), when(low_rank, std::to_string(change.used_rank)),
                                  when(low_rank, fixed(change.effective_rank, 2)),
                                  when(low_rank && !change.singular_values.empty(),
                                       fixed(change.singular_values.empty() ? 0 : change.singular_values.front(), 4)),
                                  when(!low_rank, std::to_string(change.entries))});
        }
        table.print(std::cout);
    }

    static void print(const analysis::BoxShares& shares) {
        std::cout << "\nsensitivity in the boxes: " << fixed(100 * shares.share, 2) << " %, in random boxes of their size "
                  << fixed(100 * shares.random_mean, 2) << " %\n\n";
        Table table{{{"matrix"}, {"d̄", true}, {"k̄", true}, {"area", true}, {"share", true}, {"random", true}, {"least", true}, {"most", true}},
                    {}};
        const auto percent = [](double value) { return fixed(100 * value, 2) + " %"; };
        for (const auto& box : shares.matrices)
            table.rows.push_back({box.name, std::to_string(box.rows), std::to_string(box.columns), percent(box.area),
                                  percent(box.share), percent(box.random_mean), percent(box.random_min), percent(box.random_max)});
        table.print(std::cout);
    }

    std::string run_, map_;
    int draws_ = 20, threads_ = 0;
    std::uint64_t seed_ = 0;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_analyse() { return std::make_unique<Analyse>(); }

} // namespace cdra::cli
