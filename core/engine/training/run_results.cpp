// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/run_results.h"

#include "core/engine/kernels/forms.h"
#include "core/engine/model/preprocessing.h"
#include "core/engine/training/memory.h"

#include <ATen/Version.h>
#include <algorithm>
#include <cmath>
#include <torch/version.h>

namespace cdra::engine {
namespace {

std::vector<job::MatrixResult> matrices_of(const RunSetup& setup, const job::Adapter& adapter) {
    std::map<std::string, job::MatrixResult> results;
    if (setup.plan)
        for (const auto& planned : setup.plan->matrices) {
            auto& result = results[planned.shape.name];
            result.row_order = planned.reorganised.row_order;
            result.column_order = planned.reorganised.column_order;
            result.mask = planned.mask;
        }
    for (const auto& [name, low] : adapter.low_rank) {
        auto& result = results[name];
        result.rows = low.rows, result.columns = low.columns, result.rank = low.rank;
        result.a = low.a, result.b = low.b;
        result.parameters = static_cast<std::int64_t>(low.a.size() + low.b.size());
    }
    for (const auto& [name, masked] : adapter.masked)
        results[name].parameters = static_cast<std::int64_t>(masked.values.size());
    std::vector<job::MatrixResult> ordered;
    for (const auto& shape : checkpoint::candidate_matrices(setup.checkpoint->spec()))
        if (const auto found = results.find(shape.name); found != results.end()) {
            found->second.name = shape.name;
            ordered.push_back(std::move(found->second));
        }
    return ordered;
}

} // namespace

std::map<std::string, double> parameter_summary(const RunSetup& setup) {
    const auto& spec = setup.checkpoint->spec();
    const auto count = methods::find_method(setup.project.method)
                           .count(spec, setup.options, setup.plan ? &*setup.plan : nullptr);
    double head = 0;
    for (const auto& item : setup.method->trainables())
        if (item.name.starts_with("head.") && item.value.requires_grad())
            head += static_cast<double>(item.value.numel());
    const auto backbone = static_cast<double>(checkpoint::backbone_parameters(spec));
    const auto trainable = static_cast<double>(count.total());
    return {{"parameters/matrices", static_cast<double>(count.matrices)},
            {"parameters/vectors", static_cast<double>(count.vectors)},
            {"parameters/class_token", static_cast<double>(count.class_token)},
            {"parameters/other", static_cast<double>(count.other)},
            {"parameters/trainable", trainable},
            {"parameters/head", head},
            {"parameters/backbone", backbone},
            {"parameters/trainable_percent", 100 * trainable / backbone},
            {"parameters/trainable_percent_with_head", 100 * (trainable + head) / (backbone + head)}};
}

std::map<std::string, std::string> environment_of(const RunSetup& setup) {
    auto result = adapter_metadata(setup);
    result.erase("class_names");
    result["program_version"] = CDRA_VERSION;
    result["libtorch_version"] = TORCH_VERSION;
    result["device"] = device_name(setup.device);
    result["threads"] = std::to_string(setup.threads);
    result["instruction_set"] = at::get_cpu_capability();
    result["kernels"] = kernels::to_text(kernels::forms());
    result["seed"] = std::to_string(setup.project.run.seed);
    result["protocol"] =
        setup.project.recipe.protocol + (setup.project.recipe.final_training ? ", final" : "");
    result["precision"] = setup.project.recipe.precision;
    result["dataset"] = setup.project.data.spec;
    result["dataset_fingerprint"] = setup.data_fingerprint;
    result["resize"] = setup.preprocessing.resize;
    result["augment"] = setup.preprocessing.augment;
    if (setup.plan) result["map_fingerprint"] = setup.plan->map_fingerprint;
    return result;
}

job::Predictions predictions_of(const Evaluation& evaluation, const datasets::Dataset& data,
                                const std::string& split) {
    job::Predictions result;
    result.split = split;
    result.labels = evaluation.labels, result.predicted = evaluation.predicted,
    result.logits = evaluation.logits;
    for (const auto& sample : data.samples(split))
        result.names.push_back(sample.name);
    result.classes = data.classes();
    return result;
}

job::Segmentation segmentation_of(const Evaluation& evaluation, const datasets::Dataset& data,
                                  const std::string& split) {
    return {split, data.classes(), evaluation.class_iou, evaluation.class_dice, evaluation.confusion};
}

job::Results results_of(const RunSetup& setup, const RunState& state, const job::Adapter& adapter) {
    job::Results results;
    results.history = state.history;
    results.matrices = matrices_of(setup, adapter);
    results.summary = parameter_summary(setup);
    if (state.best.step > 0) {
        results.summary["best/epoch"] = state.best.epoch;
        results.summary["best/step"] = static_cast<double>(state.best.step);
        results.summary[state.selected_on + "/" + std::string(setup.task->chosen_by())] = state.best.score;
        const auto index = static_cast<std::size_t>(state.best.epoch - 1);
        if (index < state.history.val_loss.size())
            results.summary[state.selected_on + "/loss"] = state.history.val_loss[index];
    } else {
        results.summary["best/epoch"] = state.epoch; // nothing chose: the last one counts
    }
    results.summary["time/train_seconds"] = state.seconds;
    results.summary["memory/peak_mib"] = peak_host_memory_mib();
    if (setup.device.is_cuda()) results.summary["memory/peak_gpu_mib"] = peak_gpu_memory_mib();
    results.environment = environment_of(setup);
    results.project_toml = job::to_toml(setup.project);
    return results;
}

} // namespace cdra::engine
