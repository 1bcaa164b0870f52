// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// One training step of each method on the same frozen model and images, and the floor below all of them: the frozen
// forward pass and the gradient of the first block's input, with nothing trained. And inference with a merged model.
#pragma once

#include "core/compact/plan.h"
#include "core/engine/methods/method.h"
#include "core/engine/training/optimizer.h"
#include "core/sensitivity/map.h"
#include "tests/benchmarks/engine/harness.h"

#include <map>
#include <random>

namespace cdra::benchmark {

// Rows, columns and matrices of very different weight (log-normal), as measured maps have: a plan of it has
// low-rank boxes, single weights and frozen matrices.
inline sensitivity::SensitivityMap synthetic_map(const checkpoint::VitSpec& spec) {
    std::mt19937_64 random(17);
    std::normal_distribution<float> normal;
    const auto factors = [&](std::int64_t count, float deviation) {
        std::vector<float> result(static_cast<std::size_t>(count));
        for (auto& value : result)
            value = std::exp(deviation * normal(random));
        return result;
    };
    std::exponential_distribution<float> draw(1.0F);
    sensitivity::SensitivityMap map;
    for (const auto& shape : checkpoint::candidate_matrices(spec)) {
        const auto rows = factors(shape.in, 0.8F), columns = factors(shape.out, 0.8F);
        const float matrix = factors(1, 0.8F).front();
        std::vector<float> values(static_cast<std::size_t>(shape.size()));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = matrix * columns[i / rows.size()] * rows[i % rows.size()] * draw(random);
        map.matrices.push_back({shape, std::move(values)});
    }
    for (const auto& shape : checkpoint::tunable_vectors(spec)) {
        std::vector<float> values(static_cast<std::size_t>(shape.size));
        for (auto& value : values)
            value = draw(random);
        map.vectors.push_back({shape, std::move(values)});
    }
    map.provenance.backbone_parameters = checkpoint::backbone_parameters(spec);
    map.provenance.class_token_parameters = spec.dim;
    return map;
}

class StepWorkload final : public Workload {
  public:
    StepWorkload(std::string word, int size, const Options& options)
        : Workload(std::move(word), size), folder_(options.dir), model_(random_vit(folder_, options, size)),
          inputs_(random_inputs(folder_, options, options.batch, size)) {
        const auto map = synthetic_map(model_.spec());
        for (const auto& [variant, method, given] : variants_of())
            if (!method.empty()) add(variant, method, given, map);
    }

    std::vector<std::string> variants() const override {
        std::vector<std::string> result;
        for (const auto& known : variants_of())
            result.push_back(known.name);
        return result;
    }
    Line about() const override { return {{"batch", inputs_.images.size(0)}, {"plan", plan_}}; }

    Run run(const std::string& variant) override { return variant == "floor" ? floor() : step(variant); }

    std::vector<Line> agreements() override {
        // At its start CDRA is the pretrained model.
        return {agreement(*this, "cdra", "floor", std::abs(first_loss_.at("cdra") / first_loss_.at("floor") - 1), 1e-4)};
    }

  private:
    struct Known {
        std::string name, method; // no method: the floor
        methods::OptionValues given;
    };
    static std::vector<Known> variants_of() {
        return {{"cdra", "cdra", {}},
                {"floor", "", {}},
                {"lora-8", "lora", {{"rank", "8"}, {"targets", "all"}}},
                {"full", "full", {}},
                {"spt", "spt-lora", {}}};
    }
    struct State {
        std::unique_ptr<engine::Vit> model;
        compact::CompactPlan plan;
        std::unique_ptr<engine::Method> method;
        std::unique_ptr<engine::AdamW> optimizer;
        std::int64_t resident = 0;
    };
    // Frozen throughout, but for gradients down to the first block.
    struct InputGradient final : engine::Adaptation {
        Tensor before_block(int block, const Tensor& x) override {
            return block == 0 ? x.detach().requires_grad_() : x;
        }
    };

    void add(const std::string& variant, const std::string& word, const methods::OptionValues& given,
             const sensitivity::SensitivityMap& map) {
        auto& state = states_[variant];
        state.model = std::make_unique<engine::Vit>(model_); // frozen tensors are shared
        const auto& descriptor = methods::find_method(word);
        const auto options = methods::resolve_options(descriptor, given);
        NullProgress silent;
        compact::PlanOptions how;
        how.amount = compact::Gamma{0.005};
        if (descriptor.needs_plan) state.plan = methods::make_plan(descriptor, {map, how, options}, silent);
        state.method = engine::make_method(word, {*state.model, options, &state.plan, 0});
        state.optimizer = std::make_unique<engine::AdamW>(state.method->trainables(), engine::AdamWOptions{});
        for (const auto& name : state.model->tensor_names())
            state.resident += static_cast<std::int64_t>(state.model->tensor(name).nbytes());
        for (const auto& item : state.optimizer->trainables())
            state.resident += static_cast<std::int64_t>(item.value.nbytes()) * (state.model->has(item.name) ? 2 : 3);
        if (variant == "cdra") describe(state.plan);
    }

    void describe(const compact::CompactPlan& plan) {
        double low = 0, masked = 0, rank = 0, rows = 0, columns = 0;
        for (const auto& matrix : plan.matrices)
            if (matrix.treatment == compact::Treatment::masked) ++masked;
            else if (matrix.treatment == compact::Treatment::low_rank) {
                ++low, rank += matrix.rank;
                rows += static_cast<double>(matrix.box.rows.size()) / static_cast<double>(matrix.shape.in);
                columns += static_cast<double>(matrix.box.columns.size()) / static_cast<double>(matrix.shape.out);
            }
        plan_ = {{"trainable_percent", plan.trainable_percent()}, {"low_rank", low}, {"masked", masked},
                 {"mean_rank", rank / std::max(low, 1.0)}, {"mean_rows", rows / std::max(low, 1.0)},
                 {"mean_columns", columns / std::max(low, 1.0)}};
    }

    Run step(const std::string& variant) {
        const auto found = states_.find(variant);
        if (found == states_.end()) throw InputError("no variant '" + variant + "'");
        auto& state = found->second;
        state.optimizer->zero_grad();
        Run result;
        most_tensor_bytes = tensor_bytes.load();
        const auto before = tensor_bytes.load();
        result.seconds = seconds_of([&] {
            state.method->begin_forward(true, 1);
            engine::ForwardOptions options;
            options.adaptation = state.method.get();
            options.training = true;
            const auto& task = engine::classification();
            const auto outputs = task.outputs(*state.model, task.features(*state.model, inputs_.images, options), options);
            const auto loss = task.training_loss(outputs, inputs_.labels, 0);
            result.checksum = loss.item<double>();
            result.bytes = tensor_bytes.load() - before;
            loss.div(static_cast<double>(inputs_.images.size(0))).backward();
            state.optimizer->step(1e-3);
        });
        state.optimizer->zero_grad();
        first_loss_.try_emplace(variant, result.checksum);
        result.peak = state.resident + most_tensor_bytes.load() - before;
        return result;
    }

    Run floor() {
        Run result;
        const auto before = tensor_bytes.load();
        most_tensor_bytes = before;
        result.seconds = seconds_of([&] {
            InputGradient frozen;
            engine::ForwardOptions options;
            options.adaptation = &frozen;
            const auto loss = at::cross_entropy_loss(model_.logits(inputs_.images, options), inputs_.labels, {},
                                                     at::Reduction::Sum);
            result.checksum = loss.item<double>();
            result.bytes = tensor_bytes.load() - before;
            loss.backward();
        });
        first_loss_.try_emplace("floor", result.checksum);
        result.peak = states_.at("lora-8").resident + most_tensor_bytes.load() - before;
        return result;
    }

    Folder folder_;
    engine::Vit model_;
    Inputs inputs_;
    std::map<std::string, State> states_;
    std::map<std::string, double> first_loss_;
    Line plan_;
};

class InferenceWorkload final : public Workload {
  public:
    InferenceWorkload(std::string word, int size, const Options& options)
        : Workload(std::move(word), size), folder_(options.dir), model_(random_vit(folder_, options, size)),
          inputs_(random_inputs(folder_, options, options.batch, size)) {
        const auto& lora = methods::find_method("lora");
        const auto method = engine::make_method("lora", {model_, methods::resolve_options(lora, {}), nullptr, 0});
        method->merge(model_);
    }
    std::vector<std::string> variants() const override { return {"merged"}; }
    Line about() const override { return {{"batch", inputs_.images.size(0)}}; }
    Run run(const std::string& variant) override {
        if (variant != "merged") throw InputError("no variant '" + variant + "'");
        Run result;
        const torch::NoGradGuard no_grad;
        result.seconds = seconds_of([&] { result.checksum = model_.logits(inputs_.images).abs().sum().item<double>(); });
        return result;
    }

  private:
    Folder folder_;
    engine::Vit model_;
    Inputs inputs_;
};

} // namespace cdra::benchmark
