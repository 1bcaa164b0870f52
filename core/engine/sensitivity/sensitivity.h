// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Step 1, Eq. 3: the sensitivity of every candidate weight, bias and norm entry to a task.
#pragma once

#include "core/base/progress.h"
#include "core/engine/model/vit.h"
#include "core/engine/training/task.h"
#include "core/sensitivity/map.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

namespace cdra::engine {

enum class Estimator {
    per_sample, // Eq. 3: mean over samples of the squared gradient of that one sample's loss, evaluation mode
    batch,      // SPT's published code: mean over batches of the squared gradient of the batch's mean loss,
                // training mode
    contrastive // GPS: |Σ over batches of the gradient| of a supervised contrastive loss on two views of each
                // image, training mode, without the head; the patch embedding included
};
Estimator parse_estimator(std::string_view word); // "per-sample", "batch", "contrastive"; throws InputError

inline constexpr double contrastive_temperature = 0.07;
// Supervised contrastive loss of both views together: features [2B, n] (view by view), of length 1; labels [B].
// For each view, the mean over the others of its class of −log softmax of the similarities, itself left out; the
// mean over all views.
Tensor supervised_contrastive_loss(const Tensor& features, const Tensor& labels,
                                   double temperature = contrastive_temperature);

// How the samples' losses make the batch's loss. Eq. 3 does not depend on it: the factor 1/B of the mean is
// undone.
enum class Reduction { sum, mean };

struct LabelledImages {
    Tensor images; // [B, 3, S, S], normalised; moved to the model's device here
    Tensor labels; // [B] int64, or [B, S, S] uint8 for a segmentation
    Tensor second; // another augmentation of the same images, contrastive only
};

struct SensitivityInputs {
    const Vit& model; // with a head
    Estimator estimator = Estimator::per_sample;
    std::function<bool(LabelledImages&)> next; // false at the end
    std::int64_t samples = 0;                  // in all batches together, for progress
    Reduction reduction = Reduction::sum;      // per_sample only
    double drop_path = 0.1;                    // batch and contrastive
    std::uint64_t seed = 0;                    // of the dropped paths
    const Task* task = &classification();
};

// Cross-entropy; of a segmentation, an image's loss is the mean over its pixels that have a class. The map's
// provenance holds the estimator alone. The result does not depend on the batch size
// (per_sample, but for rounding) and is the same bits for the same thread count. Throws InputError for a head
// that is missing or all zero (every gradient of the backbone would be zero) and for a label the head has
// not; Cancelled within a layer's work of a stop. Stage "sensitivity", in samples.
sensitivity::SensitivityMap compute_sensitivity(const SensitivityInputs& inputs, ProgressSink& progress,
                                                const std::stop_token& stop = {});

} // namespace cdra::engine
