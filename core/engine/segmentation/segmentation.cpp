// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/segmentation/segmentation.h"

#include "core/base/error.h"
#include "core/engine/segmentation/decoder.h"
#include "core/engine/segmentation/metrics.h"

#include <ATen/ops/bincount.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <torch/types.h>

namespace cdra::engine {
namespace {

constexpr std::int64_t ignored = datasets::void_label;

// Cross-entropy of every pixel, 0 where there is no class [B·S·S].
Tensor pixel_losses(const Tensor& outputs, const Tensor& labels, double label_smoothing) {
    if (outputs.is_cpu())
        return at::cross_entropy_loss(outputs, labels.to(torch::kInt64), {}, at::Reduction::None, ignored,
                                      label_smoothing)
            .flatten();
    // Pixels in one row: LibTorch's loss for images has no deterministic form on CUDA.
    const auto rows = outputs.permute({0, 2, 3, 1}).reshape({-1, outputs.size(1)});
    return at::cross_entropy_loss(rows, labels.to(torch::kInt64).flatten(), {}, at::Reduction::None, ignored,
                                  label_smoothing);
}

class PixelTally final : public Tally {
  public:
    explicit PixelTally(int classes) : confusion_(classes) {}

    void add(const Tensor& outputs, const Tensor& labels) override {
        const auto wanted = labels.to(torch::kInt64);
        const auto has_class = wanted.ne(ignored);
        const auto predicted = best_class(outputs);
        const std::int64_t n = confusion_.classes();
        const auto pairs = (wanted * n + predicted).masked_select(has_class);
        const auto counts = at::bincount(pairs, {}, n * n).to(torch::kCPU).contiguous();
        confusion_.add({counts.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(counts.numel())});

        const auto truly = wanted * has_class, guess = predicted * has_class;
        const auto both = at::bitwise_and(guess, truly).sum({1, 2}).to(torch::kCPU);
        const auto either = at::bitwise_or(guess, truly).sum({1, 2}).to(torch::kCPU);
        for (std::int64_t i = 0; i < both.size(0); ++i)
            legacy_.add(both[i].item<double>(), either[i].item<double>());
    }

    void finish(Evaluation& result) const override {
        result.classes = confusion_.classes();
        result.accuracy = confusion_.pixel_accuracy();
        result.mean_class_accuracy = Confusion::mean(confusion_.recall());
        result.class_iou = confusion_.iou();
        result.class_dice = confusion_.dice();
        result.confusion.assign(confusion_.counts().begin(), confusion_.counts().end());
        result.score = Confusion::mean(result.class_iou);
        result.figures = {{"miou", result.score},
                          {"mdice", Confusion::mean(result.class_dice)},
                          {"pixel_accuracy", result.accuracy},
                          {"mean_class_accuracy", result.mean_class_accuracy},
                          {"legacy_miou", legacy_.mean()}};
    }

  private:
    Confusion confusion_;
    LegacyIou legacy_;
};

class Segmentation final : public Task {
  public:
    explicit Segmentation(const Decoder& decoder) : decoder_(decoder) {}

    datasets::Task kind() const noexcept override { return datasets::Task::segmentation; }
    std::string_view chosen_by() const noexcept override { return "miou"; }

    void reset_head(Vit& model, int classes, std::uint64_t seed) const override {
        decoder_.reset(model, classes, seed);
    }
    Tensor features(const Vit& model, const Tensor& images, const ForwardOptions& options) const override {
        return model.patch_tokens(images, decoder_.layers(model.spec()), options);
    }
    std::int64_t feature_values(const Vit& model) const override {
        const std::int64_t side = model.image_size() / model.spec().patch;
        return static_cast<std::int64_t>(decoder_.layers(model.spec()).size()) * side * side * model.spec().dim;
    }
    Tensor outputs(const Vit& model, const Tensor& features, const ForwardOptions& options) const override {
        const auto scores = decoder_.forward(model, features, options.training).to(torch::kFloat32);
        return resize_bilinear(scores, model.image_size(), model.image_size());
    }

    // As published: the mean over the batch's pixels that have a class, whatever image they are of.
    Tensor training_loss(const Tensor& outputs, const Tensor& labels, double label_smoothing) const override {
        const auto counted = labels.ne(ignored).sum().clamp_min(1);
        return pixel_losses(outputs, labels, label_smoothing).sum() / counted * labels.size(0);
    }
    Tensor sample_losses(const Tensor& outputs, const Tensor& labels) const override {
        const auto counted = labels.ne(ignored).sum({1, 2}).clamp_min(1);
        return (pixel_losses(outputs, labels, 0).view({labels.size(0), -1}).sum(1) / counted).sum();
    }
    Hits hits(const Tensor& outputs, const Tensor& labels) const override {
        return {best_class(outputs).eq(labels).sum().item<std::int64_t>(),
                labels.ne(ignored).sum().item<std::int64_t>()};
    }
    std::unique_ptr<Tally> tally(int classes) const override { return std::make_unique<PixelTally>(classes); }
    void check_labels(const Tensor& labels, int classes) const override {
        const auto counted = labels.masked_select(labels.ne(ignored));
        if (counted.numel() == 0) return;
        const auto highest = counted.max().item<std::int64_t>();
        if (highest >= classes)
            throw InputError("label " + std::to_string(highest) + ": the decoder has " +
                             std::to_string(classes) + " classes");
    }

  private:
    const Decoder& decoder_;
};

} // namespace

std::unique_ptr<Task> make_segmentation(const std::string& decoder) {
    return std::make_unique<Segmentation>(find_decoder(decoder));
}

} // namespace cdra::engine
