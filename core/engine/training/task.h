// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What is asked of the model: one class an image, or one a pixel. Training, evaluation, sensitivity and
// prediction are written once and know a task through this: which features the head takes, what it makes of
// them, the loss, and the figures of a whole split.
#pragma once

#include "core/engine/model/vit.h"
#include "core/engine/training/evaluation.h"
#include "datasets/dataset.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::engine {

// Figures of one pass over a split, batch by batch.
class Tally {
  public:
    virtual ~Tally() = default;
    // outputs: float32, of Task::outputs; labels as in MicroBatch.
    virtual void add(const Tensor& outputs, const Tensor& labels) = 0;
    // All but samples and loss.
    virtual void finish(Evaluation& result) const = 0;
};

class Task {
  public:
    virtual ~Task() = default;
    virtual datasets::Task kind() const noexcept = 0;
    std::string_view word() const noexcept; // "classification", "segmentation"
    // The figure that chooses the best checkpoint, as in Evaluation::figures: "accuracy", "miou".
    virtual std::string_view chosen_by() const noexcept = 0;

    // A fresh head on the model, a pure function of the seed.
    virtual void reset_head(Vit& model, int classes, std::uint64_t seed) const = 0;
    // images [B, 3, S, S] → what the head takes, [B, …]; without a method on the head, a frozen backbone
    // always gives the same. feature_values: how many numbers an image.
    virtual Tensor features(const Vit& model, const Tensor& images, const ForwardOptions& options) const = 0;
    virtual std::int64_t feature_values(const Vit& model) const = 0;
    // features → class scores: [B, classes], or [B, classes, S, S] at the labels' size.
    virtual Tensor outputs(const Vit& model, const Tensor& features, const ForwardOptions& options) const = 0;

    // The batch's loss times its number of samples (a scalar): what training divides by the step's samples.
    virtual Tensor training_loss(const Tensor& outputs, const Tensor& labels, double label_smoothing) const = 0;
    // Σ over samples of that one sample's loss, without smoothing: what evaluation and sensitivity take.
    virtual Tensor sample_losses(const Tensor& outputs, const Tensor& labels) const = 0;
    struct Hits {
        std::int64_t right = 0, judged = 0; // images, or pixels that have a class
    };
    virtual Hits hits(const Tensor& outputs, const Tensor& labels) const = 0;
    virtual std::unique_ptr<Tally> tally(int classes) const = 0;
    // Throws InputError for a label that is no class of the head.
    virtual void check_labels(const Tensor& labels, int classes) const = 0;
};

// `decoder`: the word of a segmentation head (segmentation/decoder.h), unused by classification. Throws
// InputError for an unknown one.
std::unique_ptr<Task> make_task(datasets::Task kind, const std::string& decoder);
// The task of one label an image.
const Task& classification();

} // namespace cdra::engine
