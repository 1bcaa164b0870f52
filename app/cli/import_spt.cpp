// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "core/base/error.h"
#include "core/compact/spt_import.h"

#include <algorithm>
#include <iostream>

namespace cdra::cli {
namespace {

class ImportSpt final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("FILE", file_, "Masks as SPT publishes them, param_req_*.pth.")->required()->type_name("FILE.pth");
        app.add_option("--method", how_.method, "Method of the plan: spt-lora or spt-adapter (default spt-lora).")->type_name("WORD");
        app.add_option("--rank", rank_, "Rank of the module of a whole matrix (default 8).")->type_name("N");
        app.add_option("--out", out_, "Plan to write.")->required()->type_name("P.h5");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        if (how_.method != "spt-lora" && how_.method != "spt-adapter")
            throw InputError("--method is '" + how_.method + "'; expected spt-lora or spt-adapter");
        if (rank_ < 1 || rank_ > 4096) throw InputError("--rank is " + std::to_string(rank_) + "; expected 1 to 4096");
        how_.rank = static_cast<std::uint32_t>(rank_);
        check_output("--out", out_);
        const compact::CompactPlan plan = compact::import_spt(file_, how_);
        compact::write_plan(out_, plan);
        if (output_.json) {
            std::cout << compact::plan_json(plan) << '\n';
            return exit_codes::done;
        }
        const auto count = [&](compact::Treatment treatment) {
            return std::ranges::count(plan.matrices, treatment, &compact::PlannedMatrix::treatment);
        };
        std::cout << out_ << ": plan for " << plan.method << ", "
                  << count(compact::Treatment::low_rank) + count(compact::Treatment::adapter) << " matrices with a module of rank "
                  << how_.rank << ", " << count(compact::Treatment::masked) << " with " << plan.sensitive_weights()
                  << " single weights, " << std::ranges::count(plan.vectors, true, &compact::PlannedVector::tuned)
                  << " vectors; " << plan.trainable_parameters() << " trainable parameters\n";
        return exit_codes::done;
    }

  private:
    std::string file_, out_;
    compact::SptImport how_;
    int rank_ = 8;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_import_spt() { return std::make_unique<ImportSpt>(); }

} // namespace cdra::cli
