// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"

#include "core/base/error.h"

namespace cdra::cli {

namespace fs = std::filesystem;

void check_output(const char* option, const fs::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error))
        throw InputError(std::string(option) + " " + path.string() + " is a folder; expected the name of a file to write");
    const fs::path folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder, error))
        throw InputError(std::string(option) + " " + path.string() + ": the folder " + folder.string() +
                         " does not exist; make it first");
}

std::unique_ptr<checkpoint::Checkpoint> check_model(const job::ModelChoice& model, const job::DataChoice& data) {
    if (model.path.empty()) throw InputError("no model is named; expected --model MODEL, or model.path in the project");
    auto opened = checkpoint::open(model.path, {model.heads});
    const checkpoint::VitSpec& spec = opened->spec();
    const int size = data.image_size > 0 ? data.image_size : spec.pretraining_image_size();
    if (size % spec.patch != 0) {
        const int below = size / spec.patch * spec.patch;
        throw InputError("image size " + std::to_string(size) + " is not a multiple of the model's patch size " +
                         std::to_string(spec.patch) + "; choose for example " +
                         std::to_string(below > 0 ? below : spec.patch) + " or " + std::to_string(below + spec.patch));
    }
    return opened;
}

std::unique_ptr<datasets::Dataset> check_data(const job::DataChoice& data) {
    if (data.spec.empty()) throw InputError("no dataset is named; expected --data DATA, or data.spec in the project");
    auto dataset = datasets::open_dataset(data.spec);
    if (dataset->samples("train").empty()) throw InputError(data.spec + ": the split 'train' has no images");
    return dataset;
}

void check_plan_fits(const compact::CompactPlan& plan, const checkpoint::Checkpoint& model, const std::string& plan_name) {
    const auto expected = checkpoint::candidate_matrices(model.spec());
    if (plan.matrices.size() != expected.size())
        throw InputError(plan_name + " plans " + std::to_string(plan.matrices.size()) + " matrices, the model " +
                         model.path().string() + " has " + std::to_string(expected.size()) +
                         "; make the plan from this model's sensitivity map");
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const checkpoint::MatrixShape& found = plan.matrices[i].shape;
        if (found.name != expected[i].name || found.in != expected[i].in || found.out != expected[i].out)
            throw InputError(plan_name + " plans " + found.name + " of " + std::to_string(found.in) + "×" +
                             std::to_string(found.out) + ", the model has " + expected[i].name + " of " +
                             std::to_string(expected[i].in) + "×" + std::to_string(expected[i].out) +
                             "; make the plan from this model's sensitivity map");
    }
    if (plan.model_sha256.empty()) return;
    if (const std::string found_digest = checkpoint::fingerprint(model); found_digest != plan.model_sha256)
        throw InputError(plan_name + " was made for another model than " + model.path().string() + " (SHA-256 " +
                         plan.model_sha256.substr(0, 12) + "…, found " + found_digest.substr(0, 12) +
                         "…); make the plan from this model's sensitivity map");
}

job::Project check_run_folder(const job::JobPaths& paths) {
    std::error_code error;
    if (!fs::is_directory(paths.folder, error))
        throw InputError(paths.folder.string() + " is no folder; expected a job folder that 'cdra train' made");
    if (!fs::is_regular_file(paths.project, error))
        throw InputError(paths.folder.string() + " holds no project.toml; expected a job folder that 'cdra train' made");
    return job::read_project(paths.project);
}

job::Project check_trained_run(const job::JobPaths& paths) {
    job::Project project = check_run_folder(paths);
    std::error_code error;
    if (!fs::is_regular_file(paths.adapter / "adapter.safetensors", error)) {
        const job::JobState state = job::read_state(paths);
        throw InputError(paths.folder.string() + " holds no adapter yet (the run is " + std::string(job::name_of(state)) + "); " +
                         (job::is_at_work(state) ? "let it finish" : "go on with it, by Resume or 'cdra resume', and let it finish"));
    }
    return project;
}

} // namespace cdra::cli
