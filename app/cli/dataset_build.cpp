// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/interrupt.h"
#include "app/cli/table.h"
#include "core/base/error.h"
#include "core/job/terminal_progress.h"
#include "datasets/build.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>

namespace cdra::cli {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

// Where packaging/offline_inputs.py puts what it makes.
std::string inputs_folder() {
    if (const std::string own = environment("CDRA_CACHE"); !own.empty()) return own + "/inputs";
    const std::string caches = environment("XDG_CACHE_HOME");
    return (caches.empty() ? environment("HOME") + "/.cache" : caches) + "/cdra-workbench/inputs";
}

const datasets::Benchmark& benchmark_named(const std::string& name) {
    std::string known;
    for (const datasets::Benchmark& benchmark : datasets::benchmarks()) {
        if (benchmark.name == name) return benchmark;
        known += (known.empty() ? "" : ", ") + std::string(benchmark.name);
    }
    throw InputError("benchmark '" + name + "' is not known; expected one of " + known);
}

// `cdra dataset build NAME --out DIR`.
class DatasetBuild final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "Benchmark, see below.")->required();
        app.add_option("--out", out_, "Folder that the benchmark's folder is made in.")->required()->type_name("DIR");
        app.add_option("--seed", seed_, "Seed of every choice (default 0).")->type_name("N");
        app.add_option("--fashion", fashion_, "Folder of Fashion-MNIST (default: the offline inputs').")->type_name("PATH");
        app.add_option("--digits", digits_, "digits.csv.gz of scikit-learn or its folder (default: the offline inputs').")
            ->type_name("PATH");
        app.add_option("--tasks", tasks_, "Only these tasks, with commas between.")->delimiter(',')->type_name("TASK");
        app.add_option("--limit", limit_, "At most so many images in a list (default 0: all).")->type_name("N");
        app.add_option("--threads", threads_, "Threads (default 0: one per processor); no byte depends on it.")->type_name("N");
        output_.declare(app);
        std::string footer = "Benchmarks:\n";
        for (const datasets::Benchmark& benchmark : datasets::benchmarks()) {
            footer += "  " + std::string(benchmark.name) + ": " + std::string(benchmark.summary) + "\n    tasks:";
            for (const std::string& task : benchmark.tasks())
                footer += " " + task;
            footer += "\n";
        }
        app.footer(footer);
    }

    int run(const Invocation&) override {
        const datasets::Benchmark& benchmark = benchmark_named(name_);
        datasets::BuildOptions options;
        options.out = out_;
        options.fashion = fashion_.empty() ? inputs_folder() + "/fashion-mnist" : fashion_;
        options.digits = digits_.empty() ? inputs_folder() + "/digits" : digits_;
        options.seed = seed_;
        options.tasks = tasks_;
        options.limit = limit_;
        options.threads = thread_count(threads_);
        std::vector<datasets::BuiltTask> built;
        {
            const Interrupt interrupt;
            job::TerminalProgress progress(output_.quiet);
            built = benchmark.build(options, progress, interrupt.token());
        }
        const std::string folder = (options.out / benchmark.name).string();
        if (output_.json) {
            nlohmann::ordered_json json{{"benchmark", benchmark.name}, {"folder", folder}, {"seed", seed_}};
            json["tasks"] = nlohmann::ordered_json::array();
            for (const datasets::BuiltTask& task : built)
                json["tasks"].push_back({{"name", task.name},
                                         {"data", task.data},
                                         {"classes", task.classes},
                                         {"train", task.train},
                                         {"val", task.val},
                                         {"test", task.test}});
            std::cout << json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
            return exit_codes::done;
        }
        Table table{{{"task"}, {"classes", true}, {"train", true}, {"val", true}, {"test", true}, {"--data"}}, {}};
        for (const datasets::BuiltTask& task : built)
            table.rows.push_back({task.name, std::to_string(task.classes), std::to_string(task.train),
                                  std::to_string(task.val), std::to_string(task.test), task.data});
        table.print(std::cout);
        return exit_codes::done;
    }

  private:
    std::string name_, out_, fashion_, digits_;
    std::uint64_t seed_ = 0;
    std::uint32_t limit_ = 0;
    std::vector<std::string> tasks_;
    int threads_ = 0;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_dataset_build() { return std::make_unique<DatasetBuild>(); }

} // namespace cdra::cli
