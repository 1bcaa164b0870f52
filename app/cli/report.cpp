// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/table.h"
#include "core/base/error.h"
#include "core/job/events.h"
#include "core/job/results.h"
#include "core/job/terminal_progress.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>

namespace cdra::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
    std::string run, state;
    job::Project project;
    std::map<std::string, double> figures; // as in results.h5's summary
};

// The figures of results.h5; of a run that has none yet, what its events say.
Row read_row(const std::string& run) {
    const job::JobPaths paths(std::filesystem::absolute(run).lexically_normal());
    Row row;
    row.run = run;
    row.project = check_run_folder(paths);
    row.state = job::name_of(job::read_state(paths));
    std::error_code error;
    if (std::filesystem::is_regular_file(paths.results, error)) {
        row.figures = job::read_results(paths.results, false).summary;
        return row;
    }
    for (const job::Event& event : job::read_events(paths.events)) {
        if (const auto* result = std::get_if<job::ResultEvent>(&event.what)) row.figures[result->name] = result->value;
        if (const auto* metric = std::get_if<job::MetricEvent>(&event.what))
            if (metric->split == "val" && (metric->name == "accuracy" || metric->name == "miou" || metric->name == "mdice"))
                row.figures["val/" + metric->name] = metric->value;
    }
    return row;
}

class Report final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", runs_, "Job folders of fine-tuning runs.")->required();
        app.add_option("--format", format_, "text, csv, markdown or latex (default text).")->type_name("WORD");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const TableFormat format = parse_table_format(format_);
        std::vector<Row> rows;
        for (const std::string& run : runs_) rows.push_back(read_row(run));
        if (output_.json) print_json(rows);
        else print_table(rows, format);
        return exit_codes::done;
    }

  private:
    static std::string figure(const Row& row, const char* key, double scale, int digits) {
        const auto found = row.figures.find(key);
        return found == row.figures.end() || !std::isfinite(found->second) ? std::string("-")
                                                                           : fixed(found->second * scale, digits);
    }

    static std::string duration(const Row& row) {
        const auto found = row.figures.find("time/train_seconds");
        return found == row.figures.end() ? std::string("-") : job::format_duration(found->second);
    }

    // Accuracies in per cent here, fractions in --json and in the files.
    static void print_table(const std::vector<Row>& rows, TableFormat format) {
        Table table{{{"run"},
                     {"method"},
                     {"protocol"},
                     {"state"},
                     {"seed", true},
                     {"epochs", true},
                     {"trainable %", true},
                     {"with head %", true},
                     {"val accuracy %", true},
                     {"test accuracy %", true},
                     {"train time", true}},
                    {}};
        // Segmentations have figures of their own; a column that no run fills is not shown.
        std::vector<const char*> masks;
        for (const auto& [key, title] : {std::pair{"val/miou", "val mIoU %"}, {"test/miou", "test mIoU %"}, {"test/mdice", "test mDice %"}})
            if (std::any_of(rows.begin(), rows.end(), [&, key = key](const Row& row) { return row.figures.contains(key); })) {
                masks.push_back(key);
                table.columns.push_back({title, true});
            }
        for (const Row& row : rows) {
            table.rows.push_back({row.run, row.project.method, row.project.recipe.protocol, row.state,
                                  std::to_string(row.project.run.seed), std::to_string(row.project.recipe.epochs),
                                  figure(row, "parameters/trainable_percent", 1, 3),
                                  figure(row, "parameters/trainable_percent_with_head", 1, 3),
                                  figure(row, "val/accuracy", 100, 2), figure(row, "test/accuracy", 100, 2), duration(row)});
            for (const char* key : masks) table.rows.back().push_back(figure(row, key, 100, 2));
        }
        table.print(std::cout, format);
    }

    static void print_json(const std::vector<Row>& rows) {
        Json json{{"runs", Json::array()}};
        for (const Row& row : rows) {
            Json one{{"run", row.run},
                     {"name", row.project.name},
                     {"state", row.state},
                     {"method", row.project.method},
                     {"protocol", row.project.recipe.protocol},
                     {"model", row.project.model.path},
                     {"data", row.project.data.spec},
                     {"seed", row.project.run.seed},
                     {"epochs", row.project.recipe.epochs},
                     {"figures", Json::object()}};
            for (const auto& [key, value] : row.figures)
                one["figures"][key] = std::isfinite(value) ? Json(value) : Json(nullptr);
            json["runs"].push_back(std::move(one));
        }
        std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    }

    std::vector<std::string> runs_;
    std::string format_ = "text";
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_report() { return std::make_unique<Report>(); }

} // namespace cdra::cli
