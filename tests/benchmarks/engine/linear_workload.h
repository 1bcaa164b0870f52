// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Training the head alone for 100 epochs without augmentation: features computed once, or anew in every epoch. The
// second is measured over one epoch and multiplied, which a line says ("measured_epochs").
#pragma once

#include "core/engine/training/trainer.h"
#include "tests/benchmarks/engine/harness.h"

#include <random>

namespace cdra::benchmark {

// Images of noise in memory; training images alone, so that an epoch is its steps and nothing else.
class NoiseImages final : public datasets::Dataset {
  public:
    NoiseImages(int count, int size) : size_(size) {
        for (int i = 0; i < count; ++i)
            samples_.push_back({std::to_string(i), i % benchmark::classes});
        for (int i = 0; i < benchmark::classes; ++i)
            classes_.push_back("class " + std::to_string(i));
    }
    std::string layout() const override { return "noise"; }
    const std::vector<std::string>& classes() const override { return classes_; }
    const std::vector<std::string>& splits() const override { return splits_; }
    const std::vector<datasets::Sample>& samples(std::string_view) const override { return samples_; }
    datasets::Image load(std::string_view, std::size_t index) const override {
        std::mt19937 random(static_cast<unsigned>(index));
        datasets::Image image{size_, size_, std::vector<std::uint8_t>(static_cast<std::size_t>(size_) * size_ * 3)};
        for (auto& value : image.rgb)
            value = static_cast<std::uint8_t>(random());
        return image;
    }
    std::string fingerprint() const override { return "noise"; }

  private:
    int size_;
    std::vector<datasets::Sample> samples_;
    std::vector<std::string> classes_, splits_ = {"train"};
};

class LinearWorkload final : public Workload {
  public:
    LinearWorkload(std::string word, const Options& options)
        : Workload(std::move(word), 224), folder_(options.dir), model_(random_vit(folder_, options, 224)),
          data_(options.images > 0 ? options.images : options.quick ? 4 : 64, 224), batch_(options.batch) {}

    std::vector<std::string> variants() const override { return {"cached", "uncached"}; }
    Line about() const override {
        return {{"images", data_.samples("train").size()}, {"batch", batch_}, {"epochs", epochs}, {"measured_epochs", {epochs, 1}}};
    }
    Run run(const std::string& variant) override {
        if (variant != "cached" && variant != "uncached") throw InputError("no variant '" + variant + "'");
        const bool cached = variant == "cached";
        Run result;
        result.seconds = seconds_of([&] { loss_[cached ? 0 : 1] = first_loss(cached, cached ? epochs : 1); });
        if (!cached) result.seconds *= epochs, last_processor_seconds *= epochs;
        result.checksum = loss_[cached ? 0 : 1];
        return result;
    }
    std::vector<Line> agreements() override {
        return {agreement(*this, "cached", "uncached", std::abs(loss_[0] / loss_[1] - 1), 1e-5)};
    }

  private:
    static constexpr int epochs = 100;
    struct Host final : engine::TrainingHost {
        NullProgress silent;
        std::stop_token stop() const override { return {}; }
        ProgressSink& progress() override { return silent; }
        void write(decltype(job::Event::what)) override {}
        void log(const std::string&, const std::string&) override {}
        bool at_step(std::int64_t) override { return false; }
        void resumed(std::int64_t) override {}
    };

    double first_loss(bool cached, int count) {
        auto model = model_;
        const auto& linear = methods::find_method("linear");
        const auto method = engine::make_method("linear", {model, methods::resolve_options(linear, {}), nullptr, 0});
        const auto checkpoints = folder_ / "checkpoints";
        std::filesystem::remove_all(checkpoints);
        std::filesystem::create_directories(checkpoints);
        engine::TrainingSetup setup{.model = model, .method = *method, .data = data_, .preprocessing = {}, .recipe = {}, .checkpoints = checkpoints, .roles = {}};
        setup.preprocessing.image_size = 224;
        setup.recipe.epochs = count, setup.recipe.batch_size = batch_, setup.recipe.warmup_epochs = 0;
        setup.threads = at::get_num_threads();
        setup.keep_features = cached;
        Host host;
        return engine::train(setup, host).history.train_loss.front();
    }

    Folder folder_;
    engine::Vit model_;
    NoiseImages data_;
    int batch_;
    double loss_[2] = {};
};

} // namespace cdra::benchmark
