// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/run_inputs.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/engine/kernels/dense_product.h"
#include "core/engine/kernels/forms.h"

#include <nlohmann/json.hpp>

namespace cdra::engine {

void keep_or_check_inputs(const job::JobPaths& paths, const RunSetup& setup) {
    const auto file = paths.folder / "inputs.json";
    const auto forms = kernels::forms_for(kernels::best_instruction_set(), setup.threads);
    const nlohmann::ordered_json now{{"model_sha256", setup.model_sha256},
                                     {"dataset_fingerprint", setup.data_fingerprint},
                                     {"kernels", kernels::to_text(forms)}};
    if (!std::filesystem::exists(file)) {
        write_file_atomically(file, now.dump() + "\n");
        kernels::use(forms);
        return;
    }
    const auto kept = nlohmann::ordered_json::parse(read_text_file(file, 65536), nullptr, false);
    if (!kept.is_object()) throw CorruptFile(file.string() + ": not a JSON object; remove it to go on without the check");
    const auto check = [&](const char* key, const std::string& what) {
        const auto found = kept.find(key);
        if (found == kept.end() || !found->is_string() || *found == now.at(key)) return;
        throw InputError(what + " has changed since the run began (" + found->get<std::string>().substr(0, 12) + "…, found " +
                         now.at(key).get<std::string>().substr(0, 12) + "…); put it back, or start another run");
    };
    check("model_sha256", setup.checkpoint->path().string());
    check("dataset_fingerprint", setup.project.data.spec);
    const auto begun = kept.find("kernels"); // runs of older versions had one form and did not name it
    const auto taken_up = begun != kept.end() && begun->is_string() ? kernels::parse_forms(begun->get<std::string>())
                                                                     : kernels::first_forms;
    if (taken_up.dense == kernels::DenseLibrary::onednn && !kernels::has_onednn())
        throw InputError(file.string() + ": this run was begun with oneDNN, which this LibTorch does not carry; resume it with "
                         "the LibTorch that packaging/setup.sh brings, or start another run");
    kernels::use(taken_up);
}

} // namespace cdra::engine
