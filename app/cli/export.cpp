// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "core/base/error.h"
#include "core/job/adapter.h"
#include "core/job/peft_export.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cdra::cli {
namespace {

class Export final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a fine-tuning run.")->required();
        app.add_option("--format", format_,
                       "compact: one safetensors file of A, B and their indices; peft: a folder that Python's peft loads "
                       "(default compact).")
            ->type_name("WORD");
        app.add_option("--naming", naming_, "[peft] Names of the model it is loaded on: timm or hf (default: the model's own).")
            ->type_name("WORD");
        app.add_option("--base-model", base_, "[peft] What the folder calls its base model (default: the checkpoint's file name).")
            ->type_name("NAME");
        app.add_option("--out", out_, "Folder to write into; made if it does not exist.")->required()->type_name("DIR");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        if (format_ != "compact" && format_ != "peft")
            throw InputError("--format is '" + format_ + "'; expected compact or peft");
        if (format_ == "compact" && (naming_ || base_))
            throw InputError("--naming and --base-model belong to --format peft; a compact adapter has names of its own");
        std::optional<checkpoint::Naming> naming;
        if (naming_) naming = checkpoint::parse_naming(*naming_);
        const job::JobPaths paths(std::filesystem::absolute(run_).lexically_normal());
        const job::Project project = check_trained_run(paths);
        const job::Adapter adapter = job::read_adapter(paths.adapter / "adapter.safetensors");
        check_folder();
        nlohmann::ordered_json json{{"format", format_}};
        std::filesystem::path written = std::filesystem::path(out_);
        if (format_ == "peft") {
            const auto model = checkpoint::open(project.model.path, {project.model.heads});
            check_is_trained_on(adapter, *model);
            const std::string base = base_.value_or(std::filesystem::path(project.model.path).filename().string());
            const auto peft = job::peft_adapter(adapter, *model, naming.value_or(model->spec().naming), base);
            job::write_peft(std::filesystem::absolute(out_), peft);
            std::int64_t parameters = 0;
            for (const auto& [name, module] : peft.modules) parameters += module.rank * (module.in + module.out);
            json["folder"] = written.string();
            json["naming"] = std::string(checkpoint::name_of(peft.naming));
            json["modules"] = peft.modules.size();
            json["lora_parameters"] = parameters;
            json["modules_to_save"] = peft.modules_to_save;
        } else {
            make_folder();
            written /= "adapter.safetensors";
            job::write_adapter(written, adapter);
            json["file"] = written.string();
            json["low_rank_matrices"] = adapter.low_rank.size();
            json["masked_matrices"] = adapter.masked.size();
            json["whole_tensors"] = adapter.whole.size();
        }
        std::cout << (output_.json ? json.dump() : written.string()) << '\n';
        return exit_codes::done;
    }

  private:
    void check_folder() const {
        std::error_code error;
        if (std::filesystem::exists(out_, error) && !std::filesystem::is_directory(out_, error))
            throw InputError("--out " + out_ + " is a file; expected a folder");
        const auto folder = std::filesystem::absolute(out_);
        if (!std::filesystem::is_directory(folder, error) && !std::filesystem::is_directory(folder.parent_path(), error))
            throw InputError("--out " + out_ + ": the folder " + folder.parent_path().string() + " does not exist; make it first");
    }
    void make_folder() const {
        std::error_code error;
        std::filesystem::create_directory(std::filesystem::absolute(out_), error);
        if (error) throw IoError(out_ + ": cannot make the folder: " + error.message());
    }
    // What is trained in part is completed from the checkpoint: it must still be the one trained on.
    static void check_is_trained_on(const job::Adapter& adapter, const checkpoint::Checkpoint& model) {
        const auto wanted = adapter.metadata.find("model_sha256");
        if (wanted == adapter.metadata.end()) return;
        if (const std::string found = checkpoint::fingerprint(model); found != wanted->second)
            throw InputError(model.path().string() + " is not the model this run was trained on: SHA-256 " +
                             found.substr(0, 12) + "…, expected " + wanted->second.substr(0, 12) + "…");
    }

    std::string run_, out_, format_ = "compact";
    std::optional<std::string> naming_, base_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_export() { return std::make_unique<Export>(); }

} // namespace cdra::cli
