// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The paper's tables and figures: a ready-made sweep is run, and its outcome shown beside the paper's
// numbers.
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/outcome_table.h"
#include "app/cli/resources.h"
#include "app/cli/sweep_options.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/methods/nearest.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace cdra::cli {
namespace {

namespace fs = std::filesystem;

const std::array<std::string, 11> known = {"table1", "table2", "table3", "table4", "table5", "table6",
                                           "table7", "table8", "fig2",   "fig4",   "fig5"};

class Reproduce final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("WHAT", what_, "table1 … table8 (table2 on mini-vtab: with --sweep), fig2, fig4 or fig5.")->required()->type_name("WORD");
        app.add_option("--benchmark", benchmark_,
                       "mini-vtab (what 'cdra dataset build mini-vtab' wrote) or published (the original "
                       "folders) (default published).")
            ->type_name("WORD");
        app.add_option("--sweep", sweep_file_, "Another sweep in place of the ready-made one.")
            ->type_name("SWEEP.toml");
        app.add_option("--out", out_,
                       "Folder of the sweep and of what is written (default: reproduce/WHAT-BENCHMARK).")
            ->type_name("DIR");
        app.add_option("--baseline", baseline_,
                       "Row that the others are compared with (default: the sweep's first).")
            ->type_name("LABEL");
        app.add_option("--format", format_,
                       "text, csv, markdown or latex, on standard output (default text).")
            ->type_name("WORD");
        app.add_option("--plan", plan_, "Compact plan of a figure.")->type_name("P.h5");
        app.add_flag("--only-report", only_report_, "Run nothing: show what is finished.");
        options_.declare(app);
        output_.declare(app);
    }

    int run(const Invocation& invocation) override {
        if (std::find(known.begin(), known.end(), what_) == known.end())
            throw InputError("'" + what_ + "' is no table or figure; expected one of " +
                             methods::join(known));
        if (benchmark_ != "published" && benchmark_ != "mini-vtab")
            throw InputError("--benchmark is '" + benchmark_ + "'; expected published or mini-vtab");
        const TableFormat format = parse_table_format(format_);
        options_.check();
        const fs::path out =
            fs::absolute(out_.empty() ? fs::path("reproduce") / (what_ + "-" + benchmark_) : fs::path(out_))
                .lexically_normal();
        if (what_.starts_with("fig")) return figures(out);
        const fs::path file =
            sweep_file_.empty() ? find_resource(fs::path("sweeps") / sweep_name()) : fs::path(sweep_file_);
        sweep::Sweep sweep = sweep::read_sweep(file);
        sweep::apply(sweep, options_.overrides);
        const sweep::SweepStatus status =
            only_report_ ? sweep::look(sweep, out)
                         : options_.execute(sweep, read_text_file(file), out, invocation, output_.quiet);
        show(tables::collect(sweep, status), sweep, status, out, format);
        return status.count(sweep::RunState::failed) + status.count(sweep::RunState::skipped) > 0
                   ? exit_codes::failed
                   : exit_codes::done;
    }

  private:
    std::string sweep_name() const {
        if (what_ == "table2" && benchmark_ == "mini-vtab")
            throw InputError("there is no ready-made sweep of " + what_ + " on " + benchmark_ +
                             "; give one of your own with --sweep SWEEP.toml");
        if (benchmark_ == "mini-vtab")
            return what_ == "table1" ? "mini_vtab_main.toml" : "mini_vtab_" + what_ + ".toml";
        return "published_" + what_ + ".toml";
    }

    void show(const tables::Outcome& outcome, const sweep::Sweep& sweep, const sweep::SweepStatus& status,
              const fs::path& out, TableFormat format) const {
        const tables::PaperTable* paper = nullptr;
        const auto numbers = tables::read_paper_numbers(find_resource("paper_numbers.toml"));
        for (const tables::PaperTable& one : numbers)
            if (one.name == what_) paper = &one;
        const std::string baseline = !baseline_.empty()     ? baseline_
                                     : outcome.rows.empty() ? std::string()
                                                            : outcome.rows.front().label;
        const auto write = [&](std::ostream& to, TableFormat as) {
            const bool text = as == TableFormat::text || as == TableFormat::markdown;
            const char* mark = as == TableFormat::latex ? "% " : as == TableFormat::csv ? "# " : "";
            std::vector<std::string> metrics;
            for (const std::string& metric : outcome.metrics)
                if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) metrics.push_back(metric);
            to << mark << sweep.name << ": " << status.count(sweep::RunState::done) << " of " << status.runs.size()
               << " runs done; test " << methods::join(metrics) << " in %, mean ± deviation over seeds" << '\n';
            if (!sweep.notes.empty()) to << mark << sweep.notes << '\n';
            if (text) to << '\n';
            outcome_table(outcome).print(to, as);
            if (!baseline.empty()) {
                to << '\n' << mark << "paired differences, points" << '\n';
                difference_table(outcome, baseline).print(to, as);
            }
            if (what_ == "table8") {
                to << '\n'
                   << mark << "cost; memory is the peak of the process, on CUDA that of allocated tensors" << '\n';
                cost_table(outcome).print(to, as);
            }
            if (paper != nullptr) {
                to << '\n'
                   << mark << "the paper's " << what_ << ": " << paper->title
                   << " (* not legible in the text at hand, agrees with its means; other data and backbone "
                      "than ours)"
                   << '\n';
                paper_table(*paper, outcome).print(to, as);
            }
        };
        std::error_code error;
        fs::create_directories(out, error);
        for (const auto& [name, as] : {std::pair{"table.txt", TableFormat::text},
                                       {"table.tex", TableFormat::latex},
                                       {"table.md", TableFormat::markdown}}) {
            std::ostringstream text;
            write(text, as);
            write_file_atomically(out / name, text.str());
        }
        std::ostringstream csv, runs, trials;
        trial_table(status).print(trials, TableFormat::csv);
        write_file_atomically(out / "trials.csv", trials.str());
        outcome_table(outcome).print(csv, TableFormat::csv);
        run_table(outcome).print(runs, TableFormat::csv);
        write_file_atomically(out / "table.csv", csv.str());
        write_file_atomically(out / "runs.csv", runs.str());
        write_file_atomically(out / "pareto.svg", tables::pareto_svg(pareto_points(outcome), sweep.name,
                                                                     "mean over tasks on test, %"));
        if (output_.json)
            std::cout << sweep::to_json(sweep, status) << '\n';
        else
            write(std::cout, format);
    }

    // The workbench draws them, without a display.
    int figures(const fs::path& out) const {
        if (plan_.empty())
            throw InputError(what_ + " is drawn from a compact plan; expected --plan P.h5, from 'cdra plan'");
        std::error_code error;
        if (!fs::is_regular_file(plan_, error))
            throw InputError(plan_ + " does not exist; expected a compact plan");
        const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path() / "cdra-workbench";
        if (!fs::is_regular_file(program, error))
            throw InputError(program.string() + " is missing; figures are drawn by the desktop program, "
                                                "which must be built and lie beside cdra");
        fs::create_directories(out, error);
        std::array<std::string, 4> words{program.string(), "--export-figures", out.string(),
                                         fs::absolute(plan_).string()};
        std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                                       nullptr};
        std::cout.flush();
        ::execv(arguments[0], arguments.data());
        throw Error(program.string() + ": cannot be started: " + std::strerror(errno));
    }

    std::string what_, benchmark_ = "published", sweep_file_, out_, baseline_, format_ = "text", plan_;
    bool only_report_ = false;
    SweepOptions options_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_reproduce() {
    return std::make_unique<Reproduce>();
}

} // namespace cdra::cli
