// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// `cdra-engine train`: fine-tuning in a job folder, from the start or from the last checkpoint.
#include "core/engine/commands/commands.h"
#include "core/engine/commands/worker.h"
#include "core/engine/segmentation/prediction.h"
#include "core/engine/training/batches.h"
#include "core/engine/training/evaluation.h"
#include "core/engine/training/inference_cost.h"
#include "core/engine/training/run_inputs.h"
#include "core/engine/training/run_results.h"
#include "core/engine/training/run_setup.h"
#include "core/engine/training/subnet_phases.h"
#include "core/engine/training/trainer.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace cdra::engine::commands {
namespace {

constexpr std::size_t masks_kept = 32; // of a segmentation's reported split, for looking at

class WorkerHost final : public TrainingHost {
  public:
    explicit WorkerHost(Worker& worker) : worker_(worker) {}
    std::stop_token stop() const override { return worker_.stop(); }
    ProgressSink& progress() override { return worker_.progress(); }
    void write(decltype(job::Event::what) event) override { worker_.write(std::move(event)); }
    void log(const std::string& level, const std::string& message) override { worker_.log(level, message); }
    bool at_step(std::int64_t step) override {
        worker_.set_step(step);
        worker_.wait_while_paused();
        return worker_.take_checkpoint_request();
    }
    void resumed(std::int64_t step) override {
        worker_.set_step(step);
        worker_.cut_events_after(step);
        worker_.write(job::ResumedEvent{step});
    }

  private:
    Worker& worker_;
};

// The split that the protocol reports, read once, with the chosen checkpoint.
Evaluation report(const RunSetup& setup, const datasets::Dataset& data, const std::string& split,
                  Worker& worker) {
    BatchOptions options{split, setup.preprocessing, setup.project.recipe.batch_size,
                         false, setup.threads,       setup.project.recipe.precision == "bf16",
                         setup.task.get()};
    const auto source = image_batches(*setup.model, data, options);
    return evaluate(*setup.model, setup.method.get(), *source, data.samples(split).size(), options.bf16,
                    "evaluate", worker.progress(), worker.stop());
}

void print(const job::TrainRequest& request, const RunSetup& setup, const SplitRoles& roles,
           const job::Results& results, const Evaluation& evaluation) {
    const auto& summary = results.summary;
    if (request.output.json) {
        nlohmann::ordered_json json;
        json["run"] = request.folder;
        json["method"] = setup.project.method;
        json["protocol"] = results.environment.at("protocol");
        json["seed"] = setup.project.run.seed;
        json["trained_on"] = roles.train;
        json["selected_on"] = roles.select;
        json["reported_on"] = roles.report;
        json["samples"] = evaluation.samples;
        for (const auto& [name, value] : summary)
            json["summary"][name] = value;
        std::cout << json.dump() << '\n';
        return;
    }
    std::printf("%s on %s: %s, protocol %s\n", setup.project.method.c_str(), roles.report.c_str(),
                in_words(evaluation).c_str(), results.environment.at("protocol").c_str());
    if (roles.select == "val")
        std::printf("chosen by val: epoch %.0f, %.2f %%\n", summary.at("best/epoch"),
                    100 * summary.at("val/" + std::string(setup.task->chosen_by())));
    std::printf("trainable: %.0f backbone parameters (%.3f %%), head %.0f; %.1f s of training\n",
                summary.at("parameters/trainable"), summary.at("parameters/trainable_percent"),
                summary.at("parameters/head"), summary.at("time/train_seconds"));
    std::printf("results: %s\n", request.folder.c_str());
}

void run(const job::TrainRequest& request, Worker& worker) {
    const auto& paths = *worker.paths();
    auto project = job::read_project(paths.project);
    if (request.epochs) {
        // The new total belongs to the run from now on, so that another resume keeps it.
        project.recipe.epochs = *request.epochs;
        job::validate(project);
        job::write_project(paths.project, project);
    }
    WorkerHost host(worker);
    keep_plan(paths, project, project.run.threads, worker.progress(), worker.stop());
    const auto data = datasets::open_dataset(project.data.spec);
    auto setup = set_up(paths, project, *data, worker.progress(), worker.stop());
    keep_or_check_inputs(paths, setup);
    const auto roles = split_roles(*data, project.recipe);
    if (roles.report != "test" && project.recipe.report == "test")
        worker.log("warning", "the dataset has no test split; the figures are of '" + roles.report +
                                  "', which the run has seen");
    std::filesystem::create_directories(paths.checkpoints);
    PhaseHost phase(host, find_subnet(setup, paths, *data, host, request.resume));
    const auto state = train({*setup.model, *setup.method, *data, setup.preprocessing, project.recipe,
                              project.run.seed, setup.threads, paths.checkpoints, request.resume, *setup.task,
                              std::nullopt, "train"},
                             phase);

    auto adapter = setup.method->adapter();
    adapter.metadata = adapter_metadata(setup);
    std::filesystem::create_directories(paths.adapter);
    job::write_adapter(adapter_file(paths), adapter);

    const auto evaluation = report(setup, *data, roles.report, worker);
    auto results = results_of(setup, state, adapter);
    for (const auto& [name, value] : evaluation.figures)
        results.summary[roles.report + "/" + name] = value;
    results.summary[roles.report + "/loss"] = evaluation.loss;
    if (evaluation.confusion.empty())
        results.predictions = predictions_of(evaluation, *data, roles.report);
    else
        results.segmentation = segmentation_of(evaluation, *data, roles.report);
    if (results.segmentation && setup.preprocessing.resize == "squash")
        write_masks(setup, *data, roles.report, masks_kept, paths.folder / "predictions", worker.progress(),
                    worker.stop());
    const auto seen = static_cast<double>(data->samples(roles.train).size()) * std::max(state.epoch, 1);
    results.summary["time/train_ms_per_image"] = 1000 * state.seconds / std::max(seen, 1.0);
    const auto cost = inference_cost(setup);
    results.summary["time/inference_ms_per_image"] = 1000 * cost.seconds_per_image;
    results.summary["memory/inference_mib"] = cost.memory_mib;
    results.summary["inference/batch"] = cost.batch;
    job::write_results(paths.results, results);
    worker.write(job::MetricEvent{state.step, static_cast<double>(state.epoch), roles.report, "loss",
                                  evaluation.loss});
    for (const auto& [name, value] : evaluation.figures)
        if (name != "mean_class_accuracy")
            worker.write(job::MetricEvent{state.step, static_cast<double>(state.epoch), roles.report, name, value});
    for (const auto& [name, value] : results.summary)
        worker.write(job::ResultEvent{name, value});
    print(request, setup, roles, results, evaluation);
}

} // namespace

int train(std::string_view text) {
    const auto request = job::train_request(text);
    Worker worker(request.output, request.folder, "cdra train", request.resume);
    worker.run([&] { run(request, worker); });
    return exit_codes::done;
}

} // namespace cdra::engine::commands
