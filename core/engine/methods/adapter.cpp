// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Adapter: a bottleneck with a residual on a block's attention or MLP output, or beside the MLP.
#include "core/methods/adapter.h"

#include "core/engine/methods/added_parts.h"
#include "core/engine/methods/initial_values.h"
#include "core/engine/methods/table.h"

#include <ATen/Functions.h>
#include <cmath>
#include <map>

namespace cdra::engine {
namespace {

using methods::AdapterPlace;

class Adapters final : public AddedParts {
  public:
    explicit Adapters(const MethodContext& context)
        : AddedParts(context, "adapter"), activation_(context.options.at("activation")),
          scale_(methods::as_real(context.options, "branch-scale")),
          dropout_(methods::as_real(context.options, "dropout")) {
        const std::int64_t width = methods::as_integer(context.options, "width"),
                           dim = context.model.spec().dim;
        const bool published = context.options.at("init") == "published";
        const double xavier = std::sqrt(6.0 / static_cast<double>(dim + width));
        for (int block = 0; block < context.model.spec().depth; ++block)
            for (const auto place : methods::adapter_places(context.options)) {
                const std::string name =
                    "blocks." + std::to_string(block) +
                    (place == AdapterPlace::after_attention ? ".attn.adapter." : ".mlp.adapter.");
                const auto uniform = [&](std::vector<std::int64_t> shape, double bound, const char* part) {
                    return uniform_values(std::move(shape), bound, context.seed, name + part);
                };
                const auto bias = [&](std::int64_t size, const char* part) {
                    return published ? normal_values({size}, 1e-6, context.seed, name + part)
                                     : torch::zeros({size});
                };
                Bottleneck item;
                item.down =
                    add(name + "down.weight",
                        uniform({width, dim}, published ? xavier : 1 / std::sqrt(static_cast<double>(dim)),
                                "down.weight"),
                        true);
                item.down_bias = add(name + "down.bias", bias(width, "down.bias"), false);
                item.up =
                    add(name + "up.weight",
                        published ? uniform({dim, width}, xavier, "up.weight") : torch::zeros({dim, width}),
                        true);
                item.up_bias = add(name + "up.bias", bias(dim, "up.bias"), false);
                items_.emplace(std::pair{block, place}, std::move(item));
            }
    }

    Tensor after_attention(int block, const Tensor&, const Tensor& hidden) override {
        return changed(block, AdapterPlace::after_attention, hidden, hidden);
    }
    Tensor after_mlp(int block, const Tensor& input, const Tensor& hidden) override {
        return changed(block, AdapterPlace::parallel, input,
                       changed(block, AdapterPlace::after_mlp, hidden, hidden));
    }

  private:
    struct Bottleneck {
        Tensor down, down_bias, up, up_bias; // [w, dim], [w], [dim, w], [dim]
    };

    Tensor changed(int block, AdapterPlace place, const Tensor& input, const Tensor& hidden) const {
        const auto found = items_.find({block, place});
        if (found == items_.end()) return hidden;
        const auto& item = found->second;
        auto inner = at::linear(input, item.down, item.down_bias);
        inner = activation_ == "relu"   ? at::relu(inner)
                : activation_ == "gelu" ? at::gelu(inner)
                                        : inner * at::sigmoid(inner * 1.702);
        inner = dropped(inner, dropout_,
                        static_cast<std::uint64_t>(block) * 4 + static_cast<std::uint64_t>(place));
        const auto change = at::linear(inner, item.up, item.up_bias);
        return hidden + (scale_ == 1 ? change : change * scale_);
    }

    std::map<std::pair<int, AdapterPlace>, Bottleneck> items_;
    std::string activation_;
    double scale_, dropout_;
};

} // namespace

std::unique_ptr<Method> make_adapter(const MethodContext& context) {
    return std::make_unique<Adapters>(context);
}

} // namespace cdra::engine
