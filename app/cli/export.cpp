// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "core/base/error.h"
#include "core/job/adapter.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cdra::cli {
namespace {

class Export final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a fine-tuning run.")->required();
        app.add_option("--format", format_, "compact: one safetensors file of A, B and their indices (default compact).")->type_name("WORD");
        app.add_option("--out", out_, "Folder to write adapter.safetensors into; made if it does not exist.")->required()->type_name("DIR");
        output_.declare(app, false);
    }

    int run(const Invocation&) override {
        if (format_ != "compact") throw InputError("--format is '" + format_ + "'; expected compact");
        const job::JobPaths paths(std::filesystem::absolute(run_).lexically_normal());
        check_trained_run(paths);
        const job::Adapter adapter = job::read_adapter(paths.adapter / "adapter.safetensors");
        std::error_code error;
        if (std::filesystem::exists(out_, error) && !std::filesystem::is_directory(out_, error))
            throw InputError("--out " + out_ + " is a file; expected a folder");
        const auto folder = std::filesystem::absolute(out_);
        if (!std::filesystem::is_directory(folder, error) && !std::filesystem::is_directory(folder.parent_path(), error))
            throw InputError("--out " + out_ + ": the folder " + folder.parent_path().string() + " does not exist; make it first");
        std::filesystem::create_directory(folder, error);
        if (error) throw IoError(out_ + ": cannot make the folder: " + error.message());
        const auto file = std::filesystem::path(out_) / "adapter.safetensors";
        job::write_adapter(file, adapter);
        if (output_.json)
            std::cout << nlohmann::ordered_json{{"file", file.string()},
                                                {"format", format_},
                                                {"low_rank_matrices", adapter.low_rank.size()},
                                                {"masked_matrices", adapter.masked.size()},
                                                {"whole_tensors", adapter.whole.size()}}
                             .dump()
                      << '\n';
        else
            std::cout << file.string() << '\n';
        return exit_codes::done;
    }

  private:
    std::string run_, out_, format_ = "compact";
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_export() { return std::make_unique<Export>(); }

} // namespace cdra::cli
