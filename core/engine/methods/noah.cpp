// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/noah.h"

#include "core/base/random.h"
#include "core/engine/methods/initial_values.h"
#include "core/engine/methods/table.h"

#include <ATen/Functions.h>
#include <cmath>

namespace cdra::engine {
namespace {

methods::Subnet widest(const methods::SubnetSpace& space) {
    const std::vector<int> widths(static_cast<std::size_t>(space.depth), space.widths.back());
    return {widths, widths, widths};
}

} // namespace

Noah::Noah(const MethodContext& context)
    : AddedParts(context, "noah"), space_(methods::subnet_space(context.model.spec(), context.options)),
      dropout_(methods::as_real(context.options, "dropout")) {
    const auto given = methods::given_subnet(context.model.spec(), context.options);
    supernet_ = !given;
    use(given ? *given : widest(space_));
    const std::int64_t dim = space_.dim;
    const auto xavier = [](std::int64_t in, std::int64_t out) {
        return std::sqrt(6.0 / static_cast<double>(in + out));
    };
    for (std::size_t i = 0; i < current_.prompts.size(); ++i) {
        const std::string name = "blocks." + std::to_string(i) + ".";
        const auto uniform = [&](const char* part, std::vector<std::int64_t> shape, double bound) {
            return add(name + part, uniform_values(std::move(shape), bound, context.seed, name + part), true);
        };
        const auto tiny = [&](const char* part, std::int64_t size) {
            return add(name + part, normal_values({size}, 1e-6, context.seed, name + part), false);
        };
        Block block;
        // Xavier's bound for a tensor [1, p, dim], the last dimension taken for a receptive field.
        if (const std::int64_t p = current_.prompts[i]; p > 0)
            block.prompts = uniform("prompts", {p, dim}, xavier(p * dim, dim));
        if (const std::int64_t r = current_.lora[i]; r > 0) {
            block.a = uniform("attn.qkv.lora.a", {r, dim}, 1 / std::sqrt(static_cast<double>(dim)));
            block.b = add(name + "attn.qkv.lora.b", torch::zeros({3 * dim, r}), true);
        }
        if (const std::int64_t w = current_.adapters[i]; w > 0) {
            block.down = uniform("mlp.adapter.down.weight", {w, dim}, xavier(dim, w));
            block.down_bias = tiny("mlp.adapter.down.bias", w);
            block.up = uniform("mlp.adapter.up.weight", {dim, w}, xavier(w, dim));
            block.up_bias = tiny("mlp.adapter.up.bias", dim);
        }
        blocks_.push_back(std::move(block));
    }
}

void Noah::begin_forward(bool training, std::uint64_t seed) {
    AddedParts::begin_forward(training, seed);
    if (supernet_)
        current_ = training ? methods::random_subnet(space_, mix_seed(seed, "subnet")) : evaluated_;
}

std::int64_t Noah::prompts_after(int block) const {
    for (; block >= 0; --block)
        if (const int width = current_.prompts[static_cast<std::size_t>(block)]; width > 0) return width;
    return 0;
}

Tensor Noah::before_block(int block, const Tensor& x) {
    const std::int64_t width = current_.prompts[static_cast<std::size_t>(block)];
    if (width == 0) return x;
    const auto own = blocks_[static_cast<std::size_t>(block)].prompts.narrow(0, 0, width);
    const auto noisy = dropped(own.unsqueeze(0).expand({x.size(0), -1, -1}), dropout_,
                               static_cast<std::uint64_t>(block) * 4);
    return at::cat({x.narrow(1, 0, x.size(1) - prompts_after(block - 1)), noisy.to(x.scalar_type())}, 1);
}

Tensor Noah::without_prompts(int block, const Tensor& x) const {
    return x.narrow(1, 0, x.size(1) - prompts_after(block));
}

Tensor Noah::project(int block, Projection which, const Tensor& x, const Linear& frozen) {
    const auto y = Adaptation::project(block, which, x, frozen);
    const std::int64_t rank = which == Projection::qkv ? current_.lora[static_cast<std::size_t>(block)] : 0;
    if (rank == 0) return y;
    const auto& own = blocks_[static_cast<std::size_t>(block)];
    const auto input = dropped(x, dropout_, static_cast<std::uint64_t>(block) * 4 + 1);
    return y + at::linear(at::linear(input, own.a.narrow(0, 0, rank)), own.b.narrow(1, 0, rank));
}

Tensor Noah::after_mlp(int block, const Tensor&, const Tensor& hidden) {
    const std::int64_t width = current_.adapters[static_cast<std::size_t>(block)];
    if (width == 0) return hidden;
    const auto& own = blocks_[static_cast<std::size_t>(block)];
    auto inner = at::linear(hidden, own.down.narrow(0, 0, width), own.down_bias.narrow(0, 0, width));
    inner = dropped(inner * at::sigmoid(inner * 1.702), dropout_, static_cast<std::uint64_t>(block) * 4 + 2);
    return hidden + at::linear(inner, own.up.narrow(1, 0, width), own.up_bias);
}

std::unique_ptr<Method> make_noah(const MethodContext& context) {
    return std::make_unique<Noah>(context);
}

} // namespace cdra::engine
