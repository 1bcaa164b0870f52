// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// MLP-3: hidden layers of linear, ReLU, batch norm and dropout before the head, on frozen features.
#include "core/base/error.h"
#include "core/engine/kernels/dense_product.h"
#include "core/engine/methods/added_parts.h"
#include "core/engine/methods/initial_values.h"
#include "core/engine/methods/table.h"

#include <ATen/Functions.h>
#include <cmath>

namespace cdra::engine {
namespace {

constexpr double momentum = 0.1, epsilon = 1e-5; // of the batch norm, PyTorch's defaults

class Mlp3 final : public AddedParts {
  public:
    explicit Mlp3(const MethodContext& context)
        : AddedParts(context, "mlp3"), dropout_(methods::as_real(context.options, "dropout")) {
        const std::int64_t dim = context.model.feature_dim();
        if (dim != context.model.spec().dim)
            throw InputError("method mlp3 takes one feature vector of " +
                             std::to_string(context.model.spec().dim) +
                             " values; use --pooling cls or mean, not cls+mean");
        const double scale = head_lr_scale(context.options);
        for (int i = 0; i < methods::as_integer(context.options, "hidden-layers"); ++i) {
            const std::string linear = "head_mlp." + std::to_string(i) + ".linear.",
                              norm = "head_mlp." + std::to_string(i) + ".norm.";
            Layer layer;
            // Kaiming normal by the number of outputs, as VPT's; the bias as PyTorch's linear begins.
            layer.weight = add(linear + "weight",
                               normal_values({dim, dim}, std::sqrt(2.0 / static_cast<double>(dim)),
                                             context.seed, linear + "weight"),
                               true, scale);
            layer.bias = add(
                linear + "bias",
                uniform_values({dim}, 1 / std::sqrt(static_cast<double>(dim)), context.seed, linear + "bias"),
                false, scale);
            layer.gain = add(norm + "weight", torch::ones({dim}), false, scale);
            layer.shift = add(norm + "bias", torch::zeros({dim}), false, scale);
            layer.mean = add_statistic(norm + "running_mean", torch::zeros({dim}));
            layer.variance = add_statistic(norm + "running_var", torch::ones({dim}));
            layers_.push_back(std::move(layer));
        }
    }

    Tensor classify(const Tensor& features, const Linear& head) override {
        // One image has no variance: it is normalised as in evaluation, and tells the statistics nothing.
        const bool of_the_batch = training() && features.size(0) > 1;
        Tensor x = features;
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const auto& layer = layers_[i];
            x = at::relu(kernels::dense_linear(x, layer.weight, layer.bias)).to(torch::kFloat32);
            x = at::batch_norm(x, layer.gain, layer.shift, layer.mean, layer.variance, of_the_batch, momentum,
                               epsilon,
                               /*cudnn_enabled=*/false);
            x = dropped(x, dropout_, i);
        }
        return Adaptation::classify(x, head);
    }

  private:
    struct Layer {
        Tensor weight, bias, gain, shift, mean, variance;
    };
    std::vector<Layer> layers_;
    double dropout_;
};

} // namespace

std::unique_ptr<Method> make_mlp3(const MethodContext& context) {
    return std::make_unique<Mlp3>(context);
}

} // namespace cdra::engine
