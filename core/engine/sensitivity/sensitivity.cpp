// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sensitivity/sensitivity.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/sensitivity/contrastive.h"
#include "core/engine/sensitivity/estimators.h"

#include <torch/torch.h>

namespace cdra::engine {

namespace {

void check_head(const Vit& model) {
    const auto names = model.head_names();
    if (names.empty())
        throw InputError("the model has no head; sensitivity needs one drawn for the task's classes");
    for (const auto& name : names)
        if (name.ends_with(".weight") && !(model.tensor(name).abs().max().item<float>() > 0))
            throw InputError(
                "the head's weights are all zero: every gradient of the backbone would be zero; use a head "
                "drawn from a truncated normal");
}

} // namespace

Estimator parse_estimator(std::string_view word) {
    if (word == "per-sample") return Estimator::per_sample;
    if (word == "batch") return Estimator::batch;
    if (word == "contrastive") return Estimator::contrastive;
    throw InputError("estimator \"" + std::string(word) + "\": expected per-sample, batch or contrastive");
}

sensitivity::SensitivityMap compute_sensitivity(const SensitivityInputs& inputs, ProgressSink& progress,
                                                const std::stop_token& stop) {
    const Vit& model = inputs.model;
    if (inputs.estimator == Estimator::contrastive) return contrastive_sensitivity(inputs, progress, stop);
    check_head(model);
    const bool per_sample = inputs.estimator == Estimator::per_sample;
    SquareSums sums(model);
    std::int64_t done = 0, batches = 0;
    PerSampleWatch watch(sums, stop, DeviceSquares::by_environment([&](const std::string& text) {
                             progress.report({"sensitivity", done, inputs.samples, text});
                         }));
    BatchWatch batch_watch(sums, stop);
    const torch::AutoGradMode with_gradients(true);

    progress.report({"sensitivity", 0, inputs.samples, {}});
    const auto run_batch = [&](const LabelledImages& batch) {
        inputs.task->check_labels(batch.labels, model.spec().classes);
        const Tensor images = batch.images.to(model.device()), labels = batch.labels.to(model.device());
        ForwardOptions forward;
        if (per_sample) {
            forward.adaptation = &watch;
        } else {
            forward.adaptation = &batch_watch;
            forward.training = true;
            forward.drop_path = inputs.drop_path;
            forward.random_seed = mix_seed(inputs.seed, static_cast<std::uint64_t>(batches));
        }
        const Task& task = *inputs.task;
        const Tensor outputs = task.outputs(model, task.features(model, images, forward), forward);
        // per_sample: each sample's own loss, so that the factor 1/B of a mean is undone.
        Tensor loss = per_sample ? task.sample_losses(outputs, labels) : task.training_loss(outputs, labels, 0);
        const bool mean = !per_sample || inputs.reduction == Reduction::mean;
        if (mean) loss = loss / images.size(0);
        const double undo = per_sample && mean ? static_cast<double>(images.size(0)) : 1.0;
        loss.backward(torch::full({}, undo, loss.options()));
        if (!per_sample) batch_watch.take();
        done += images.size(0);
        ++batches;
    };

    for (LabelledImages batch; inputs.next(batch);) {
        throw_if_stopped(stop);
        try {
            run_batch(batch);
        } catch (const Error&) {
            throw;
        } catch (const std::exception&) {
            // The backward pass may wrap what a hook threw.
            throw_if_stopped(stop);
            throw;
        }
        progress.report({"sensitivity", done, inputs.samples, {}});
    }
    throw_if_stopped(stop);
    if (done == 0) throw InputError("sensitivity needs at least one image, the training split gave none");
    auto map = sums.to_map(1.0 / static_cast<double>(per_sample ? done : batches));
    map.provenance.estimator = per_sample ? "per-sample" : "batch";
    return map;
}

} // namespace cdra::engine
