// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/checks.h"
#include "app/cli/interrupt.h"
#include "app/cli/table.h"
#include "core/base/error.h"
#include "core/compact/ranks.h"
#include "core/job/terminal_progress.h"

#include <iostream>

namespace cdra::cli {
namespace {

void print_text(const compact::CompactPlan& plan) {
    double rows = 0, columns = 0;
    std::size_t boxes = 0, zero = 0;
    for (const compact::PlannedMatrix& matrix : plan.matrices) {
        zero += matrix.rank == 0;
        if (matrix.reorganised.compact_rows == 0) continue;
        ++boxes;
        rows += matrix.reorganised.compact_rows;
        columns += matrix.reorganised.compact_columns;
    }
    const auto mean = [&](double sum) { return boxes == 0 ? 0.0 : sum / static_cast<double>(boxes); };
    const std::string obstacle = plan.peft_obstacle();
    std::cout << "γ                 " << plan.gamma << " of " << grouped(static_cast<unsigned long long>(plan.pool_size)) << " ("
              << sensitivity::name_of(plan.options.pool) << "), threshold " << plan.threshold << "\n"
              << "candidates        " << grouped(static_cast<long long>(plan.candidate_weights)) << " weights in "
              << plan.matrices.size() << " matrices\n"
              << "sensitive         " << grouped(static_cast<unsigned long long>(plan.sensitive_weights())) << " of them\n"
              << "mean d̄ × k̄        " << fixed(mean(rows), 1) << " × " << fixed(mean(columns), 1) << "\n"
              << "ranks             " << plan.options.rank << ", " << zero << " are 0 ("
              << compact::name_of(plan.options.rank_zero) << ")\n"
              << "trainable         " << grouped(static_cast<unsigned long long>(plan.trainable_parameters())) << " ("
              << fixed(plan.trainable_percent(), 3) << " % of the backbone): matrices "
              << grouped(static_cast<unsigned long long>(plan.matrix_parameters())) << ", vectors "
              << grouped(static_cast<unsigned long long>(plan.vector_parameters())) << ", class token "
              << (plan.options.class_token ? plan.class_token_parameters : 0) << "\n"
              << "peft export       " << (obstacle.empty() ? "possible" : "not possible: " + obstacle) << "\n\n";
    Table table{{{"matrix"},
                 {"rows", true},
                 {"columns", true},
                 {"sensitive", true},
                 {"d̄", true},
                 {"k̄", true},
                 {"density", true},
                 {"rank", true},
                 {"parameters", true},
                 {"treatment"}},
                {}};
    for (const compact::PlannedMatrix& matrix : plan.matrices)
        table.rows.push_back({matrix.shape.name, std::to_string(matrix.shape.in), std::to_string(matrix.shape.out),
                              std::to_string(matrix.mask.size()), std::to_string(matrix.reorganised.compact_rows),
                              std::to_string(matrix.reorganised.compact_columns), fixed(matrix.density(), 3),
                              std::to_string(matrix.rank), std::to_string(matrix.parameters()),
                              std::string(compact::name_of(matrix.treatment))});
    table.print(std::cout);
}

class Plan final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("MAP", map_, "Sensitivity map S.h5, from 'cdra sensitivity'.")->required()->type_name("S.h5");
        options_.declare(app);
        std::string ranks = "Rank strategy (default eq7-unscaled): ";
        bool first = true;
        for (const auto& strategy : compact::rank_strategies()) {
            ranks += (first ? "" : "; ") + std::string(strategy.syntax) + ": " + std::string(strategy.summary);
            first = false;
        }
        app.add_option("--rank", options_.rank, ranks)->type_name("STRATEGY");
        app.add_flag("--tune-vectors,!--no-tune-vectors", tune_vectors_, "Tune sensitive norm and bias vectors whole (default true).");
        app.add_flag("--class-token,!--no-class-token", class_token_, "Tune the class token (default true).");
        app.add_option("--out", out_, "Plan to write (default: only show it).")->type_name("P.h5");
        app.add_option("--threads", threads_, "Threads (default 0: one per processor).")->type_name("N");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        compact::PlanOptions options;
        options_.apply(options);
        options.tune_vectors = tune_vectors_;
        options.class_token = class_token_;
        const int threads = thread_count(threads_);
        if (!out_.empty()) check_output("--out", out_);
        const compact::CompactPlan plan = [&] {
            const Interrupt interrupt;
            job::TerminalProgress progress(output_.quiet);
            const sensitivity::SensitivityMap map = sensitivity::read_map(map_, progress, interrupt.token(), sensitivity::Reading::in_place);
            return compact::make_plan(map, options, progress, interrupt.token(), threads);
        }();
        if (!out_.empty()) compact::write_plan(out_, plan);
        if (output_.json) std::cout << compact::plan_json(plan) << '\n';
        else print_text(plan);
        return exit_codes::done;
    }

  private:
    std::string map_, out_;
    PlanOptions options_;
    bool tune_vectors_ = true, class_token_ = true;
    int threads_ = 0;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_plan() { return std::make_unique<Plan>(); }

} // namespace cdra::cli
