// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What a training or evaluation step takes: images from the loader, or features that a frozen backbone gave
// once.
#pragma once

#include "core/engine/methods/method.h"
#include "core/engine/model/vit.h"
#include "core/engine/training/task.h"
#include "datasets/loader.h"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace cdra::engine {

struct MicroBatch {
    Tensor input;  // [n, 3, S, S], or the task's features, on the model's device
    Tensor labels; // [n] int64, or [n, S, S] uint8 for a segmentation
    std::int64_t size = 0;
};

class BatchSource {
  public:
    virtual ~BatchSource() = default;
    virtual void start(std::vector<std::uint32_t> order, std::uint64_t augmentation_seed,
                       std::size_t skip_batches) = 0;
    virtual bool next(MicroBatch& batch) = 0;
    // What the model makes of the input (Task::outputs).
    virtual Tensor outputs(const Vit& model, const Tensor& input, const ForwardOptions& options) const = 0;
    virtual const Task& task() const noexcept = 0;
};

struct BatchOptions {
    std::string split;
    datasets::Preprocessing preprocessing;
    int batch_size = 64;
    bool training = false; // augmentation on
    int threads = 1;
    bool bf16 = false; // of the forward pass that makes features
    const Task* task = &classification();
};

std::unique_ptr<BatchSource> image_batches(const Vit& model, const datasets::Dataset& data,
                                           const BatchOptions& options);
// Runs every image of the split through the frozen backbone once, in eval mode, in the split's order.
std::unique_ptr<BatchSource> feature_batches(const Vit& model, const datasets::Dataset& data,
                                             const BatchOptions& options, const std::stop_token& stop);

// A view of the loader's labels as a task takes them; valid as long as the batch is.
Tensor labels_of(datasets::Batch& batch, int image_size);

// True where the method leaves the backbone alone, so that features never change.
bool trains_head_only(const std::vector<Trainable>& trainables);

} // namespace cdra::engine
