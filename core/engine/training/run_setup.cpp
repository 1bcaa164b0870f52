// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/run_setup.h"

#include "core/base/atomic_file.h"
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/engine/model/preprocessing.h"
#include "core/engine/training/gradient_start.h"
#include "core/engine/training/trainer.h"

#include <ATen/Context.h>
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace cdra::engine {
namespace {

std::filesystem::path kept_plan(const job::JobPaths& paths) {
    return paths.folder / "plan.h5";
}

// Checkpoint, preprocessing and device of a project; no tensor is read yet.
RunSetup begin(const job::Project& project, const job::RunChoice& device) {
    RunSetup setup;
    setup.project = project;
    setup.options = methods::resolve_options(methods::find_method(project.method), project.method_options);
    setup.device = resolve_device(device.device);
    setup.threads = set_threads(device.threads);
    make_deterministic();
    setup.checkpoint = checkpoint::open(project.model.path, {project.model.heads});
    setup.preprocessing = resolve_preprocessing(setup.checkpoint->spec(), project.data);
    setup.resampling = resolve_resampling(setup.checkpoint->spec(), project.model);
    return setup;
}

// What --init gradient begins with, made once and kept with the run. Without `data` (a finished run is opened)
// a lost file is no loss: the adapter's values come instead.
std::map<std::string, Tensor> start_values(RunSetup& setup, const job::JobPaths& paths, const datasets::Dataset* data,
                                           ProgressSink& progress, const std::stop_token& stop) {
    const auto init = setup.options.find("init");
    if (init == setup.options.end() || init->second != "gradient" || !setup.plan) return {};
    const auto file = paths.folder / "start.safetensors";
    if (std::filesystem::exists(file)) return read_start(file);
    if (data == nullptr) {
        init->second = "zero";
        return {};
    }
    BatchOptions batches;
    batches.split = split_roles(*data, setup.project.recipe).train;
    batches.preprocessing = setup.preprocessing;
    batches.batch_size = setup.project.recipe.batch_size;
    batches.threads = std::max(1, setup.threads / 2);
    batches.task = setup.task.get();
    auto start = gradient_start(*setup.model, *setup.plan, *data, batches, progress, stop);
    write_start(file, start);
    return start;
}

void finish(RunSetup& setup, const job::JobPaths& paths, const datasets::Dataset* data, ProgressSink& progress,
            const std::stop_token& stop) {
    progress.report({"load", 0, 2, "reading the model"});
    setup.model_sha256 = checkpoint::fingerprint(*setup.checkpoint, stop);
    setup.model = std::make_unique<Vit>(*setup.checkpoint, setup.preprocessing.image_size, setup.resampling,
                                        setup.project.model.pooling, setup.device);
    progress.report({"load", 1, 2, "preparing the method"});
    throw_if_stopped(stop);
    // The head that the sensitivity map was computed with: the same seed gives the same one.
    setup.task->reset_head(*setup.model, static_cast<int>(setup.classes.size()), setup.project.run.seed);
    if (methods::find_method(setup.project.method).needs_plan) {
        const auto kept = kept_plan(paths);
        if (std::filesystem::exists(kept))
            setup.plan = compact::read_plan(kept);
        else if (!setup.project.plan.file.empty())
            setup.plan = compact::read_plan(setup.project.plan.file);
        if (setup.plan && !setup.plan->model_sha256.empty() && setup.plan->model_sha256 != setup.model_sha256)
            throw InputError(setup.checkpoint->path().string() + " is not the model that the plan was made for: SHA-256 " +
                             setup.model_sha256.substr(0, 12) + "…, expected " + setup.plan->model_sha256.substr(0, 12) +
                             "…; make the plan anew from this model's sensitivity map");
    }
    const auto start = start_values(setup, paths, data, progress, stop);
    setup.method =
        make_method(setup.project.method, {*setup.model, setup.options, setup.plan ? &*setup.plan : nullptr,
                                           setup.project.run.seed, &start});
    progress.report({"load", 2, 2, {}});
}

template <std::size_t N>
std::string joined(const std::array<float, N>& values) {
    std::string text;
    for (const float value : values) {
        char digits[32];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        text += (text.empty() ? "" : ",") + std::string(digits, end);
    }
    return text;
}

std::string metadata_value(const job::Adapter& adapter, const std::string& key,
                           const std::filesystem::path& file) {
    const auto found = adapter.metadata.find(key);
    if (found == adapter.metadata.end()) throw CorruptFile(file.string() + ": metadata has no '" + key + "'");
    return found->second;
}

} // namespace

void make_deterministic() {
    auto& context = at::globalContext();
    context.setDeterministicAlgorithms(true, /*warn_only=*/true);
    // Fills every fresh tensor with not-a-number: a debugging aid that would cost a tenth of the time.
    context.setDeterministicFillUninitializedMemory(false);
    context.setDeterministicCuDNN(true);
    context.setBenchmarkCuDNN(false);
}

void keep_plan(const job::JobPaths& paths, const job::Project& project, int threads, ProgressSink& progress,
               const std::stop_token& stop) {
    if (!methods::find_method(project.method).needs_plan || std::filesystem::exists(kept_plan(paths))) return;
    if (!project.plan.file.empty()) {
        compact::write_plan(kept_plan(paths), compact::read_plan(project.plan.file));
    } else if (!project.sensitivity.map.empty()) {
        const auto map = sensitivity::read_map(project.sensitivity.map, progress, stop);
        const auto& method = methods::find_method(project.method);
        const auto options = methods::resolve_options(method, project.method_options);
        compact::write_plan(kept_plan(paths), methods::make_plan(method, {map, project.plan.options, options},
                                                                 progress, stop, std::max(threads, 1)));
    } else {
        throw InputError("method '" + project.method +
                         "' needs a compact plan; give --plan P.h5, or --sensitivity S.h5");
    }
}

RunSetup set_up(const job::JobPaths& paths, const job::Project& project, const datasets::Dataset& data,
                ProgressSink& progress, const std::stop_token& stop) {
    auto setup = begin(project, project.run);
    setup.task = make_task(data.task(), project.model.decoder);
    if (data.task() == datasets::Task::segmentation && project.method == "mlp3")
        throw InputError("method 'mlp3' is a head for one class an image, and " + project.data.spec +
                         " has a class for every pixel; use another method, with --decoder fpn for a larger head");
    setup.classes = data.classes();
    setup.data_fingerprint = data.fingerprint();
    finish(setup, paths, &data, progress, stop);
    return setup;
}

RunSetup open_run(const std::filesystem::path& folder, const job::RunChoice& device, ProgressSink& progress,
                  const std::stop_token& stop) {
    const job::JobPaths paths(folder);
    if (!std::filesystem::exists(paths.project))
        throw InputError(folder.string() + " is not a run: it has no project.toml");
    const auto file = adapter_file(paths);
    if (!std::filesystem::exists(file))
        throw InputError(folder.string() + " has no adapter yet; let the training end first ('cdra resume')");
    const auto adapter = job::read_adapter(file);
    auto setup = begin(job::read_project(paths.project), device);
    try {
        setup.classes = nlohmann::json::parse(metadata_value(adapter, "class_names", file))
                            .get<std::vector<std::string>>();
    } catch (const nlohmann::json::exception& error) {
        throw CorruptFile(file.string() + ": metadata 'class_names' is not a list of names");
    }
    setup.task = stored_task(adapter);
    if (setup.classes.empty()) throw CorruptFile(file.string() + ": metadata 'class_names' is empty");
    finish(setup, paths, nullptr, progress, stop);
    if (const auto wanted = metadata_value(adapter, "model_sha256", file); wanted != setup.model_sha256)
        throw InputError(setup.checkpoint->path().string() +
                         " is not the model this run was trained on: SHA-256 " +
                         setup.model_sha256.substr(0, 12) + "…, expected " + wanted.substr(0, 12) + "…");
    setup.method->load(adapter);
    return setup;
}

std::map<std::string, std::string> adapter_metadata(const RunSetup& setup) {
    const auto& spec = setup.checkpoint->spec();
    std::map<std::string, std::string> result = {
            {"method", setup.project.method},
            {"model_sha256", setup.model_sha256},
            {"family", spec.family},
            {"dim", std::to_string(spec.dim)},
            {"depth", std::to_string(spec.depth)},
            {"classes", std::to_string(setup.classes.size())},
            {"pooling", std::string(checkpoint::name_of(setup.model->pooling()))},
            {"image_size", std::to_string(setup.preprocessing.image_size)},
            {"mean", joined(setup.preprocessing.mean)},
            {"std", joined(setup.preprocessing.std)},
            {"position_resampling", std::string(checkpoint::name_of(setup.resampling))},
            {"class_names", nlohmann::json(setup.classes).dump()}};
    if (setup.task->kind() == datasets::Task::segmentation) {
        result["task"] = "segmentation";
        result["decoder"] = setup.project.model.decoder;
    }
    return result;
}

std::unique_ptr<Task> stored_task(const job::Adapter& adapter) {
    const auto text = [&](const char* key) {
        const auto found = adapter.metadata.find(key);
        return found == adapter.metadata.end() ? std::string() : found->second;
    };
    return text("task") == "segmentation" ? make_task(datasets::Task::segmentation, text("decoder"))
                                          : make_task(datasets::Task::classification, {});
}

std::filesystem::path adapter_file(const job::JobPaths& paths) {
    return paths.adapter / "adapter.safetensors";
}

} // namespace cdra::engine
