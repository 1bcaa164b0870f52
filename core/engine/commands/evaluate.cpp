// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// `cdra-engine evaluate`: metrics of a finished run on a split, of its own dataset or of another.
#include "core/base/error.h"
#include "core/engine/commands/commands.h"
#include "core/engine/commands/worker.h"
#include "core/engine/training/adapter_setup.h"
#include "core/engine/training/batches.h"
#include "core/engine/training/evaluation.h"
#include "core/engine/training/run_results.h"
#include "core/engine/training/run_setup.h"

#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace cdra::engine::commands {
namespace {

void run(const job::EvaluateRequest& request, Worker& worker) {
    const bool adapters = !request.adapters.empty();
    auto setup = adapters ? open_adapters(request, worker.progress(), worker.stop())
                          : open_run(request.run, request.device, worker.progress(), worker.stop());
    const auto spec = request.data ? request.data->spec : setup.project.data.spec;
    const auto data = datasets::open_dataset(spec);
    if (data->classes() != setup.classes)
        throw InputError(spec + " has " + std::to_string(data->classes().size()) +
                         " classes that are not the run's " + std::to_string(setup.classes.size()) +
                         " in the same order; expected the same classes");
    if (data->task() != setup.task->kind())
        throw InputError(spec + " is no dataset of " + std::string(setup.task->word()) +
                         ", which the run was trained for");
    const bool bf16 = setup.project.recipe.precision == "bf16" && setup.device.is_cuda();
    BatchOptions options{request.split, setup.preprocessing, setup.project.recipe.batch_size,
                         false,         setup.threads,       bf16,
                         setup.task.get()};
    const auto samples = data->samples(request.split).size();
    const auto source = image_batches(*setup.model, *data, options);
    const auto result = evaluate(*setup.model, setup.method.get(), *source, samples, bf16, "evaluate",
                                 worker.progress(), worker.stop());
    const auto protocol = adapters ? "not stated" : environment_of(setup).at("protocol");
    if (request.output.json) {
        nlohmann::ordered_json json;
        if (adapters)
            json["adapters"] = request.adapters;
        else
            json["run"] = request.run;
        json["method"] = setup.project.method;
        json["protocol"] = protocol;
        json["data"] = spec;
        json["split"] = request.split;
        json["samples"] = result.samples;
        for (const auto& [name, value] : result.figures)
            json[name] = value;
        json["loss"] = result.loss;
        if (!result.class_iou.empty()) {
            auto& classes = json["class_iou"] = nlohmann::ordered_json::object();
            for (std::size_t c = 0; c < result.class_iou.size(); ++c) // not-a-number becomes null
                classes[setup.classes[c]] = result.class_iou[c];
        }
        std::cout << json.dump() << '\n';
    } else if (setup.task->kind() == datasets::Task::segmentation) {
        std::printf("%s\n", (request.split + ": " + in_words(result)).c_str());
        for (std::size_t c = 0; c < result.class_iou.size(); ++c)
            if (std::isfinite(result.class_iou[c]))
                std::printf("  %6.2f %%  %s\n", 100 * result.class_iou[c], setup.classes[c].c_str());
        std::printf("(%s, protocol %s)\n", setup.project.method.c_str(), protocol.c_str());
    } else {
        std::printf("%s: accuracy %.2f %% of %lld, mean per class %.2f %%, loss %.4f (%s, protocol %s)\n",
                    request.split.c_str(), 100 * result.accuracy, static_cast<long long>(result.samples),
                    100 * result.mean_class_accuracy, result.loss, setup.project.method.c_str(),
                    protocol.c_str());
    }
}

} // namespace

int evaluate(std::string_view text) {
    const auto request = job::evaluate_request(text);
    Worker worker(request.output, request.output.job, "cdra evaluate");
    worker.run([&] { run(request, worker); });
    return exit_codes::done;
}

} // namespace cdra::engine::commands
