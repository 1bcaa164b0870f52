// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Step 1 against a plain batched forward and backward of the same images with the gradients of all candidate weights,
// biases and norms, and against the loop everybody writes first: one image at a time, its gradients squared and added.
#pragma once

#include "core/engine/sensitivity/sensitivity.h"
#include "tests/benchmarks/engine/harness.h"

#include <optional>

namespace cdra::benchmark {

class SensitivityWorkload final : public Workload {
  public:
    SensitivityWorkload(std::string word, int size, const Options& options)
        : Workload(std::move(word), size), folder_(options.dir), dir_(options.dir), batch_(options.batch),
          count_(options.images > 0 ? options.images : options.quick ? 6 : size > 100 ? 32 : 256),
          model_(random_vit(folder_, options, size)), plain_(trainable(model_)),
          inputs_(random_inputs(folder_, options, count_, size)) {}

    std::vector<std::string> variants() const override { return {"sensitivity", "forward-backward", "one-sample-loop"}; }
    Line about() const override {
        return {{"images", count_}, {"batch", batch_}, {"tokens", (image_size / 16) * (image_size / 16) + 1}};
    }

    Run run(const std::string& variant) override {
        Run result;
        if (variant == "sensitivity") {
            NullProgress silent;
            std::int64_t at = 0;
            engine::SensitivityInputs inputs{
                .model = model_,
                .next =
                    [&](engine::LabelledImages& next) {
                        const auto count = std::min<std::int64_t>(batch_, count_ - at);
                        if (count <= 0) return false;
                        next = {inputs_.images.narrow(0, at, count), inputs_.labels.narrow(0, at, count), {}};
                        at += count;
                        return true;
                    },
                .samples = count_};
            result.seconds = seconds_of([&] { map_ = engine::compute_sensitivity(inputs, silent); });
            for (const auto& matrix : map_->matrices)
                for (const float value : matrix.values)
                    result.checksum += value;
            if (!dir_.empty()) write_map();
            return result;
        }
        if (variant == "forward-backward") {
            clear();
            result.seconds = seconds_of([&] {
                for (std::int64_t at = 0; at < count_; at += batch_) {
                    const auto count = std::min<std::int64_t>(batch_, count_ - at);
                    at::cross_entropy_loss(plain_.logits(inputs_.images.narrow(0, at, count)),
                                           inputs_.labels.narrow(0, at, count), {}, at::Reduction::Sum)
                        .backward();
                }
            });
            clear();
            return result;
        }
        if (variant != "one-sample-loop") throw InputError("no variant '" + variant + "'");
        clear();
        loop_.clear();
        result.seconds = seconds_of([&] {
            const auto leaves = plain_leaves();
            for (const auto& leaf : leaves)
                loop_.push_back(torch::zeros_like(leaf, torch::TensorOptions().requires_grad(false)));
            for (std::int64_t at = 0; at < count_; ++at) {
                at::cross_entropy_loss(plain_.logits(inputs_.images.narrow(0, at, 1)), inputs_.labels.narrow(0, at, 1))
                    .backward();
                const torch::NoGradGuard no_grad;
                for (std::size_t i = 0; i < leaves.size(); ++i) {
                    loop_[i].addcmul_(leaves[i].grad(), leaves[i].grad());
                    leaves[i].mutable_grad().reset();
                }
            }
        });
        for (std::size_t i = 0; i < loop_.size(); ++i)
            if (loop_[i].dim() == 2) result.checksum += loop_[i].sum(torch::kFloat64).item<double>() / count_;
        return result;
    }

    std::vector<Line> agreements() override {
        // The loop's values under our names.
        double worst = 0;
        std::size_t i = 0;
        for (const auto& name : names())
            if (const auto values = loop_[i++] / count_; values.dim() == 2) {
                const bool fused = name.ends_with("attn.qkv.weight");
                for (int part = 0; part < (fused ? 3 : 1); ++part) {
                    const auto dim = model_.spec().dim;
                    const auto want = fused ? values.narrow(0, part * dim, dim) : values;
                    auto ours = name.substr(0, name.size() - std::string_view(".weight").size());
                    if (fused) ours.replace(ours.size() - 3, 3, std::string(1, "qkv"[part]));
                    worst = std::max(worst, difference(ours, want));
                }
            }
        return {agreement(*this, "sensitivity", "one-sample-loop", worst, 1e-3)};
    }

  private:
    // Of the matrix's largest value.
    double difference(const std::string& name, const Tensor& want) const {
        for (const auto& matrix : map_->matrices)
            if (matrix.shape.name == name) {
                const auto got = torch::from_blob(const_cast<float*>(matrix.values.data()), want.sizes(), torch::kFloat32);
                const double most = want.abs().max().item<double>();
                if (!(most > 0)) throw InputError(name + ": all sensitivities are zero, nothing is compared");
                return (got - want).abs().max().item<double>() / most;
            }
        throw InputError("the map has no matrix " + name);
    }

    std::vector<std::string> names() const {
        std::vector<std::string> result;
        for (const auto& vector : checkpoint::tunable_vectors(model_.spec()))
            result.push_back(vector.name);
        for (int block = 0; block < model_.spec().depth; ++block)
            for (const char* name : {"attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2"})
                result.push_back("blocks." + std::to_string(block) + "." + name + ".weight");
        return result;
    }
    // Every tensor that the map holds takes its gradient, q, k and v in one product.
    engine::Vit trainable(const engine::Vit& model) const {
        engine::Vit copy = model;
        for (const auto& name : names()) {
            const auto stored = name.ends_with("attn.qkv.weight")
                                    ? model.linear(block_of(name), engine::Projection::qkv).weight
                                    : model.tensor(name);
            copy.set_tensor(name, stored.detach().clone().requires_grad_());
        }
        return copy;
    }
    static int block_of(const std::string& name) { return std::stoi(name.substr(std::string_view("blocks.").size())); }
    std::vector<Tensor> plain_leaves() const {
        std::vector<Tensor> result;
        for (const auto& name : names())
            result.push_back(name.ends_with("attn.qkv.weight")
                                 ? plain_.linear(block_of(name), engine::Projection::qkv).weight
                                 : plain_.tensor(name));
        return result;
    }
    void clear() const {
        for (const auto& leaf : plain_leaves())
            leaf.mutable_grad().reset();
    }
    void write_map() const {
        std::vector<tensor_io::TensorView> views;
        for (const auto& matrix : map_->matrices)
            views.push_back(tensor_io::view_f32(matrix.shape.name, {matrix.shape.out, matrix.shape.in}, matrix.values));
        tensor_io::write_safetensors(folder_ / ("sensitivity-" + std::to_string(image_size) + ".safetensors"), views, {});
    }

    Folder folder_;
    std::filesystem::path dir_;
    int batch_, count_;
    engine::Vit model_, plain_;
    Inputs inputs_;
    std::optional<sensitivity::SensitivityMap> map_;
    std::vector<Tensor> loop_;
};

} // namespace cdra::benchmark
