// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sensitivity/contrastive.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/sensitivity/estimators.h"

#include <torch/torch.h>

namespace cdra::engine {

Tensor supervised_contrastive_loss(const Tensor& features, const Tensor& labels, double temperature) {
    const auto both = at::cat({labels, labels});
    const auto views = both.size(0);
    const auto self = torch::eye(views, torch::TensorOptions().dtype(torch::kBool).device(features.device()));
    const auto same = both.unsqueeze(0).eq(both.unsqueeze(1)).logical_and(self.logical_not()).to(features.dtype());
    const auto similarity = at::mm(features, features.t()) / temperature;
    const auto others = similarity.masked_fill(self, -std::numeric_limits<float>::infinity());
    // log p(a | i), 0 where a = i so that 0 · ∞ does not appear below.
    const auto log_share = (similarity - at::logsumexp(others, 1, true)).masked_fill(self, 0);
    return -((same * log_share).sum(1) / same.sum(1)).mean(); // every view has at least its twin
}

sensitivity::SensitivityMap contrastive_sensitivity(const SensitivityInputs& inputs, ProgressSink& progress,
                                                    const std::stop_token& stop) {
    const Vit& model = inputs.model;
    if (inputs.task->kind() != datasets::Task::classification)
        throw InputError("the contrastive estimator takes images with one class each; use per-sample");
    SquareSums sums(model);
    SignedWatch watch(sums, stop);
    const torch::AutoGradMode with_gradients(true);
    std::int64_t done = 0;
    std::uint64_t batches = 0;
    progress.report({"sensitivity", 0, inputs.samples, {}});
    for (LabelledImages batch; inputs.next(batch);) {
        throw_if_stopped(stop);
        inputs.task->check_labels(batch.labels, model.spec().classes);
        if (!batch.second.defined()) throw Error("the contrastive estimator needs two views of each image");
        ForwardOptions forward;
        forward.adaptation = &watch;
        forward.training = true;
        forward.drop_path = inputs.drop_path;
        forward.random_seed = mix_seed(inputs.seed, batches++);
        const auto images = at::cat({batch.images, batch.second}).to(model.device());
        const auto features = model.features(images, forward);
        const auto unit = features / features.norm(2, 1, true).clamp_min(1e-12);
        supervised_contrastive_loss(unit, batch.labels.to(model.device())).backward();
        done += batch.images.size(0);
        progress.report({"sensitivity", done, inputs.samples, {}});
    }
    if (done == 0) throw InputError("sensitivity needs at least one image, the training split gave none");
    watch.finish();
    auto map = sums.to_map(1.0);
    map.provenance.estimator = "contrastive";
    map.provenance.loss = "supervised contrastive, temperature 0.07";
    return map;
}

} // namespace cdra::engine
