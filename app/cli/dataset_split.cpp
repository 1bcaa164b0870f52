// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "core/base/error.h"
#include "datasets/split.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cdra::cli {
namespace {

// `cdra dataset split FOLDER`.
class DatasetSplit final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("FOLDER", folder_, "A VTAB-1k task, PASCAL VOC's folders, or class folders.")->required();
        app.add_option("--seed", seed_, "Seed of the division (default 0).")->type_name("N");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const auto written = datasets::make_splits(folder_, seed_);
        if (output_.json) {
            nlohmann::ordered_json json{{"folder", folder_}, {"seed", seed_}, {"written", nlohmann::ordered_json::array()}};
            for (const datasets::SplitFile& file : written)
                json["written"].push_back({{"file", file.path.string()}, {"images", file.images}});
            std::cout << json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
            return exit_codes::done;
        }
        for (const datasets::SplitFile& file : written)
            std::cout << file.path.string() << "  " << file.images << " images\n";
        if (written.empty()) std::cout << "nothing is missing\n";
        return exit_codes::done;
    }

  private:
    std::string folder_;
    std::uint64_t seed_ = 0;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_dataset_split() { return std::make_unique<DatasetSplit>(); }

} // namespace cdra::cli
