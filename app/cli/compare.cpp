// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/interrupt.h"
#include "app/cli/table.h"
#include "core/analysis/stability.h"
#include "core/base/error.h"
#include "core/job/terminal_progress.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cdra::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Pair {
    std::string first, second;
    analysis::MapComparison comparison;
};

Json to_json(const Pair& pair) {
    Json json{{"first", pair.first},
              {"second", pair.second},
              {"spearman", pair.comparison.spearman},
              {"masks", Json::array()},
              {"matrices", Json::array()}};
    for (const auto& overlap : pair.comparison.overlaps)
        json["masks"].push_back({{"gamma", overlap.gamma},
                                 {"tau", overlap.count},
                                 {"common", overlap.common},
                                 {"jaccard", overlap.jaccard},
                                 {"jaccard_of_random_masks", overlap.expected}});
    for (const auto& matrix : pair.comparison.matrices)
        json["matrices"].push_back({{"name", matrix.name},
                                    {"first", matrix.first},
                                    {"second", matrix.second},
                                    {"common", matrix.common},
                                    {"jaccard", matrix.jaccard},
                                    {"spearman", matrix.spearman}});
    return json;
}

class Compare final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("MAPS", maps_, "Sensitivity maps of one model: of other seeds, samples or estimators. Every pair is compared.")
            ->required()
            ->expected(2, 64)
            ->type_name("S.h5");
        app.add_option("--gamma", gammas_, "Fractions whose masks are compared (default 0.0043).")->type_name("F")->expected(1, 64);
        app.add_option("--pool", pool_, "What is ranked together: all or matrices (default all).")->type_name("WORD");
        app.add_option("--threads", threads_, "Threads (default 0: one per processor).")->type_name("N");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const auto pool = sensitivity::parse_pool(pool_);
        const int threads = thread_count(threads_);
        std::vector<Pair> pairs;
        {
            const Interrupt interrupt;
            job::TerminalProgress progress(output_.quiet);
            // Two maps at a time: each may be a gigabyte.
            for (std::size_t i = 0; i + 1 < maps_.size(); ++i) {
                const auto first = sensitivity::read_map(maps_[i], progress, interrupt.token(), sensitivity::Reading::in_place);
                for (std::size_t j = i + 1; j < maps_.size(); ++j) {
                    const auto second = sensitivity::read_map(maps_[j], progress, interrupt.token(), sensitivity::Reading::in_place);
                    pairs.push_back({maps_[i], maps_[j],
                                     analysis::compare_maps(first, second, pool, gammas_, progress, interrupt.token(), threads)});
                }
            }
        }
        if (output_.json) {
            Json json{{"pool", sensitivity::name_of(pool)}, {"pairs", Json::array()}};
            for (const Pair& pair : pairs) json["pairs"].push_back(to_json(pair));
            std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
            return exit_codes::done;
        }
        Table table{{{"first"}, {"second"}, {"γ", true}, {"τ", true}, {"Jaccard", true}, {"by chance", true}, {"Spearman", true}}, {}};
        for (const Pair& pair : pairs)
            for (const auto& overlap : pair.comparison.overlaps)
                table.rows.push_back({pair.first, pair.second, fixed(overlap.gamma, 4),
                                      grouped(static_cast<unsigned long long>(overlap.count)), fixed(overlap.jaccard, 4),
                                      fixed(overlap.expected, 4), fixed(pair.comparison.spearman, 4)});
        table.print(std::cout);
        return exit_codes::done;
    }

  private:
    std::vector<std::string> maps_;
    std::vector<double> gammas_{0.0043};
    std::string pool_ = "all";
    int threads_ = 0;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_compare() { return std::make_unique<Compare>(); }

} // namespace cdra::cli
