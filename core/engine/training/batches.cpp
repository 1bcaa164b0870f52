// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/batches.h"

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/engine/training/autocast.h"

#include <algorithm>
#include <numeric>

namespace cdra::engine {
namespace {

class ImageBatches final : public BatchSource {
  public:
    ImageBatches(const Vit& model, const datasets::Dataset& data, const BatchOptions& options)
        : device_(model.device()), size_(options.preprocessing.image_size), task_(*options.task),
          loader_(data, options.split, options.preprocessing, loader_options(options)) {}

    void start(std::vector<std::uint32_t> order, std::uint64_t augmentation_seed,
               std::size_t skip_batches) override {
        loader_.start(std::move(order), augmentation_seed, skip_batches);
    }

    bool next(MicroBatch& batch) override {
        if (!loader_.next(loaded_)) return false;
        batch.size = loaded_.size;
        // The loader's memory is free again at the next call, and so is this batch.
        batch.input =
            torch::from_blob(loaded_.images.data(), {loaded_.size, 3, size_, size_}, torch::kFloat32)
                .to(device_);
        batch.labels = labels_of(loaded_, size_).to(device_);
        return true;
    }

    Tensor outputs(const Vit& model, const Tensor& input, const ForwardOptions& options) const override {
        return task_.outputs(model, task_.features(model, input, options), options);
    }
    const Task& task() const noexcept override { return task_; }

  private:
    static datasets::LoaderOptions loader_options(const BatchOptions& options) {
        datasets::LoaderOptions result;
        result.batch_size = options.batch_size;
        result.training = options.training;
        result.threads = std::max(1, options.threads);
        return result;
    }

    torch::Device device_;
    int size_;
    const Task& task_;
    datasets::Loader loader_;
    datasets::Batch loaded_;
};

class FeatureBatches final : public BatchSource {
  public:
    FeatureBatches(const Vit& model, const datasets::Dataset& data, const BatchOptions& options,
                   const std::stop_token& stop)
        : batch_size_(options.batch_size), task_(*options.task) {
        const torch::NoGradGuard no_grad;
        const Bf16Autocast autocast(model.device(), options.bf16);
        ImageBatches images(model, data, options);
        std::vector<std::uint32_t> order(data.samples(options.split).size());
        std::iota(order.begin(), order.end(), 0U);
        images.start(std::move(order), 0, 0);
        std::vector<Tensor> features, labels;
        for (MicroBatch batch; images.next(batch);) {
            throw_if_stopped(stop);
            features.push_back(task_.features(model, batch.input, {}).to(torch::kFloat32));
            labels.push_back(batch.labels.clone());
        }
        if (features.empty()) throw InputError("split '" + options.split + "' is empty");
        features_ = torch::cat(features);
        labels_ = torch::cat(labels);
    }

    void start(std::vector<std::uint32_t> order, std::uint64_t, std::size_t skip_batches) override {
        order_ = std::move(order);
        position_ = std::min(order_.size(), skip_batches * static_cast<std::size_t>(batch_size_));
    }

    bool next(MicroBatch& batch) override {
        if (position_ >= order_.size()) return false;
        const auto end = std::min(order_.size(), position_ + static_cast<std::size_t>(batch_size_));
        std::vector<std::int64_t> indices(order_.begin() + static_cast<std::ptrdiff_t>(position_),
                                          order_.begin() + static_cast<std::ptrdiff_t>(end));
        const auto index = torch::tensor(indices, torch::kInt64).to(features_.device());
        batch = {features_.index_select(0, index), labels_.index_select(0, index),
                 static_cast<std::int64_t>(indices.size())};
        position_ = end;
        return true;
    }

    Tensor outputs(const Vit& model, const Tensor& input, const ForwardOptions& options) const override {
        return task_.outputs(model, input, options);
    }
    const Task& task() const noexcept override { return task_; }

  private:
    int batch_size_;
    const Task& task_;
    Tensor features_, labels_;
    std::vector<std::uint32_t> order_;
    std::size_t position_ = 0;
};

} // namespace

Tensor labels_of(datasets::Batch& batch, int image_size) {
    if (!batch.masks.empty())
        return torch::from_blob(batch.masks.data(), {batch.size, image_size, image_size}, torch::kUInt8);
    return torch::from_blob(batch.labels.data(), {batch.size}, torch::kInt64);
}

std::unique_ptr<BatchSource> image_batches(const Vit& model, const datasets::Dataset& data,
                                           const BatchOptions& options) {
    return std::make_unique<ImageBatches>(model, data, options);
}

std::unique_ptr<BatchSource> feature_batches(const Vit& model, const datasets::Dataset& data,
                                             const BatchOptions& options, const std::stop_token& stop) {
    return std::make_unique<FeatureBatches>(model, data, options, stop);
}

bool trains_head_only(const std::vector<Trainable>& trainables) {
    return std::all_of(trainables.begin(), trainables.end(),
                       [](const Trainable& item) { return item.name.starts_with("head"); }); // "head_mlp." too
}

} // namespace cdra::engine
