// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/interrupt.h"
#include "app/cli/table.h"
#include "core/base/error.h"
#include "core/job/terminal_progress.h"
#include "datasets/dataset.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace cdra::cli {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::size_t> class_counts(const datasets::Dataset& dataset, const std::string& split) {
    std::vector<std::size_t> counts(dataset.classes().size());
    for (const datasets::Sample& sample : dataset.samples(split))
        if (sample.label >= 0 && static_cast<std::size_t>(sample.label) < counts.size())
            ++counts[static_cast<std::size_t>(sample.label)];
    return counts;
}

bool is_segmentation(const datasets::Dataset& dataset) { return dataset.task() == datasets::Task::segmentation; }

class DatasetCommand final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("DATA", spec_, "A folder, or LAYOUT:PATH; options after '?', e.g. '?train=1000&seed=0'.");
        app.add_option("--threads", threads_, "Threads that read files (default 0: one per processor).")->type_name("N");
        output_.declare(app);
        words_.push_back({app.add_subcommand("build", "Write an offline benchmark in a published layout."), make_dataset_build()});
        words_.push_back({app.add_subcommand("split", "Write the split files that a folder lacks; files that are there stay."),
                          make_dataset_split()});
        for (const Word& word : words_) word.command->declare(*word.app);
        std::string layouts = "Layouts:\n";
        for (const datasets::Layout& layout : datasets::layouts())
            layouts += "  " + std::string(layout.word) + ": " + std::string(layout.summary) + "\n";
        app.footer(layouts);
    }

    int run(const Invocation& invocation) override {
        for (const Word& word : words_)
            if (word.app->parsed()) return word.command->run(invocation);
        if (spec_.empty()) throw InputError("DATA is missing; expected a folder or LAYOUT:PATH, or one of the words build and split");
        const int threads = thread_count(threads_);
        const auto dataset = datasets::open_dataset(spec_);
        std::vector<datasets::BadSample> bad;
        {
            const Interrupt interrupt;
            job::TerminalProgress progress(output_.quiet);
            bad = datasets::check(*dataset, threads, progress, interrupt.token());
        }
        if (output_.json) print_json(*dataset, bad);
        else print_text(*dataset);
        if (bad.empty()) return exit_codes::done;
        if (!output_.json)
            for (const datasets::BadSample& sample : bad)
                std::cout << "bad: " << sample.split << " " << sample.name << ": " << sample.reason << '\n';
        throw InputError(spec_ + ": " + std::to_string(bad.size()) + (bad.size() == 1 ? " file is" : " files are") +
                         " missing or damaged; first " + bad.front().name + ": " + bad.front().reason);
    }

  private:
    void print_json(const datasets::Dataset& dataset, const std::vector<datasets::BadSample>& bad) const {
        Json json{{"data", spec_},
                  {"layout", dataset.layout()},
                  {"task", is_segmentation(dataset) ? "segmentation" : "classification"},
                  {"fingerprint", dataset.fingerprint()},
                  {"classes", dataset.classes()},
                  {"division", dataset.division()},
                  {"splits", Json::array()},
                  {"bad", Json::array()}};
        for (const std::string& split : dataset.splits()) {
            Json entry{{"name", split}, {"samples", dataset.samples(split).size()}};
            if (!is_segmentation(dataset)) entry["per_class"] = class_counts(dataset, split);
            json["splits"].push_back(std::move(entry));
        }
        for (const datasets::BadSample& sample : bad)
            json["bad"].push_back({{"split", sample.split}, {"name", sample.name}, {"reason", sample.reason}});
        std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    }

    void print_text(const datasets::Dataset& dataset) const {
        std::cout << spec_ << "\nlayout   " << dataset.layout() << "\nclasses  " << dataset.classes().size()
                  << (is_segmentation(dataset) ? " (of every pixel)" : "") << '\n';
        if (!dataset.division().empty()) std::cout << "splits   " << dataset.division() << '\n';
        std::cout << '\n';
        if (is_segmentation(dataset)) {
            Table table{{{"split"}, {"images", true}, {"image size"}}, {}};
            for (const std::string& split : dataset.splits())
                table.rows.push_back({split, std::to_string(dataset.samples(split).size()), first_size(dataset, split)});
            table.print(std::cout);
            return;
        }
        Table table{{{"split"}, {"images", true}, {"smallest class", true}, {"largest class", true}, {"image size"}}, {}};
        for (const std::string& split : dataset.splits()) {
            const auto counts = class_counts(dataset, split);
            const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
            table.rows.push_back({split, std::to_string(dataset.samples(split).size()),
                                  counts.empty() ? "" : std::to_string(*least), counts.empty() ? "" : std::to_string(*most),
                                  first_size(dataset, split)});
        }
        table.print(std::cout);
    }

    static std::string first_size(const datasets::Dataset& dataset, const std::string& split) {
        if (dataset.samples(split).empty()) return "";
        try {
            const datasets::Image image = dataset.load(split, 0);
            return std::to_string(image.width) + "×" + std::to_string(image.height) + " (first)";
        } catch (const InputError&) {
            return "unreadable"; // named among the bad ones
        }
    }

    std::string spec_;
    int threads_ = 0;
    OutputOptions output_;
    struct Word {
        CLI::App* app; // CLI11's own
        std::unique_ptr<Command> command;
    };
    std::vector<Word> words_;
};

} // namespace

std::unique_ptr<Command> make_dataset() { return std::make_unique<DatasetCommand>(); }

} // namespace cdra::cli
