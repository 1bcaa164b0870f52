// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// One class an image: pooled features, a linear head, cross-entropy.
#include "core/base/error.h"
#include "core/engine/segmentation/segmentation.h"
#include "core/engine/training/task.h"

#include <ATen/ops/cross_entropy_loss.h>

namespace cdra::engine {
namespace {

double mean_class_accuracy(const Evaluation& result) {
    std::vector<std::int64_t> total(static_cast<std::size_t>(result.classes)), right(total.size());
    for (std::size_t i = 0; i < result.labels.size(); ++i) {
        const auto label = static_cast<std::size_t>(result.labels[i]);
        if (label >= total.size()) continue;
        ++total[label];
        if (result.predicted[i] == result.labels[i]) ++right[label];
    }
    double sum = 0;
    int present = 0;
    for (std::size_t c = 0; c < total.size(); ++c)
        if (total[c] > 0) sum += static_cast<double>(right[c]) / static_cast<double>(total[c]), ++present;
    return present > 0 ? sum / present : 0;
}

class ClassTally final : public Tally {
  public:
    void add(const Tensor& outputs, const Tensor& labels) override {
        const auto values = outputs.to(torch::kCPU).contiguous();
        const auto predicted = values.argmax(1).to(torch::kInt32);
        const auto wanted = labels.to(torch::kCPU).to(torch::kInt32);
        right_ += predicted.eq(wanted).sum().item<std::int64_t>();
        so_far_.classes = static_cast<int>(values.size(1));
        const auto* data = values.const_data_ptr<float>();
        so_far_.logits.insert(so_far_.logits.end(), data, data + values.numel());
        const auto* best = predicted.const_data_ptr<std::int32_t>();
        so_far_.predicted.insert(so_far_.predicted.end(), best, best + predicted.numel());
        const auto* label = wanted.const_data_ptr<std::int32_t>();
        so_far_.labels.insert(so_far_.labels.end(), label, label + wanted.numel());
    }

    void finish(Evaluation& result) const override {
        result.classes = so_far_.classes;
        result.logits = so_far_.logits, result.labels = so_far_.labels, result.predicted = so_far_.predicted;
        result.accuracy = static_cast<double>(right_) / static_cast<double>(result.samples);
        result.mean_class_accuracy = mean_class_accuracy(so_far_);
        result.score = result.accuracy;
        result.figures = {{"accuracy", result.accuracy}, {"mean_class_accuracy", result.mean_class_accuracy}};
    }

  private:
    Evaluation so_far_;
    std::int64_t right_ = 0;
};

class Classification final : public Task {
  public:
    datasets::Task kind() const noexcept override { return datasets::Task::classification; }
    std::string_view chosen_by() const noexcept override { return "accuracy"; }

    void reset_head(Vit& model, int classes, std::uint64_t seed) const override {
        model.reset_head(classes, seed);
    }
    Tensor features(const Vit& model, const Tensor& images, const ForwardOptions& options) const override {
        return model.features(images, options);
    }
    std::int64_t feature_values(const Vit& model) const override { return model.feature_dim(); }
    Tensor outputs(const Vit& model, const Tensor& features, const ForwardOptions& options) const override {
        return model.head(features, options);
    }

    Tensor training_loss(const Tensor& outputs, const Tensor& labels, double label_smoothing) const override {
        return at::cross_entropy_loss(outputs, labels, {}, at::Reduction::Sum, -100, label_smoothing);
    }
    Tensor sample_losses(const Tensor& outputs, const Tensor& labels) const override {
        return at::cross_entropy_loss(outputs, labels, {}, at::Reduction::Sum);
    }
    Hits hits(const Tensor& outputs, const Tensor& labels) const override {
        return {outputs.argmax(1).eq(labels).sum().item<std::int64_t>(), labels.size(0)};
    }
    std::unique_ptr<Tally> tally(int) const override { return std::make_unique<ClassTally>(); }
    void check_labels(const Tensor& labels, int classes) const override {
        const auto lowest = labels.min().item<std::int64_t>(), highest = labels.max().item<std::int64_t>();
        if (lowest < 0 || highest >= classes)
            throw InputError("label " + std::to_string(lowest < 0 ? lowest : highest) + ": the head has " +
                             std::to_string(classes) + " classes");
    }
};

} // namespace

std::string_view Task::word() const noexcept {
    return kind() == datasets::Task::segmentation ? "segmentation" : "classification";
}

const Task& classification() {
    static const Classification task;
    return task;
}

std::unique_ptr<Task> make_task(datasets::Task kind, const std::string& decoder) {
    if (kind == datasets::Task::segmentation) return make_segmentation(decoder);
    return std::make_unique<Classification>();
}

} // namespace cdra::engine
