// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The forward pass: from images to tokens, features and logits, with the places where a method steps in.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/kernels/dense_product.h"
#include "core/engine/model/branch_noise.h"
#include "core/engine/model/tensor_names.h"
#include "core/engine/model/vit.h"

#include <torch/torch.h>

namespace cdra::engine {

Tensor Adaptation::project(int, Projection, const Tensor& x, const Linear& frozen) {
    return kernels::dense_linear(x, frozen.weight, frozen.bias);
}

Tensor Adaptation::normalise(const std::string&, const Tensor& x, const Tensor& weight, const Tensor& bias,
                             double epsilon) {
    return at::layer_norm(x, {x.size(-1)}, weight, bias, epsilon);
}

Tensor Adaptation::activate(int, const Tensor& hidden) {
    return at::gelu(hidden);
}

Tensor Adaptation::classify(const Tensor& features, const Linear& head) {
    return kernels::dense_linear(features, head.weight, head.bias);
}

Tensor Vit::patches(const Tensor& images, Adaptation& adaptation) const {
    const std::int64_t batch = images.size(0), side = spec_.patch, grid = image_size_ / spec_.patch;
    if (adaptation.adapts_patches()) {
        const auto pixels = images.reshape({batch, spec_.channels, grid, side, grid, side})
                                .permute({0, 2, 4, 1, 3, 5})
                                .reshape({batch, grid * grid, spec_.channels * side * side});
        return adaptation.project(-1, Projection::patch, pixels, linear(-1, Projection::patch));
    }
    const std::vector<std::int64_t> stride = {side, side};
    return at::conv2d(images, stored("patch_embed.weight"),
                      has("patch_embed.bias") ? stored("patch_embed.bias") : Tensor{}, stride)
        .flatten(2)
        .transpose(1, 2);
}

Tensor Vit::embed(const Tensor& images, Adaptation& adaptation) const {
    if (images.dim() != 4 || images.size(1) != spec_.channels || images.size(2) != image_size_ ||
        images.size(3) != image_size_)
        throw InputError("images of shape " + shape_text(images.sizes()) + ", expected [B, " +
                         std::to_string(spec_.channels) + ", " + std::to_string(image_size_) + ", " +
                         std::to_string(image_size_) + "]");
    const auto batch = images.size(0);
    Tensor x = patches(images, adaptation);
    const auto& positions = stored("pos_embed");
    if (!spec_.class_token) return x + positions;
    const auto cls = stored("cls_token").expand({batch, -1, -1});
    x = spec_.class_position ? torch::cat({cls, x}, 1) + positions : torch::cat({cls, x + positions}, 1);
    // Registers carry no position and stand between the class token and the patches.
    if (spec_.registers > 0)
        x = torch::cat({x.narrow(1, 0, 1), stored("registers").expand({batch, -1, -1}), x.slice(1, 1)}, 1);
    return x;
}

Tensor Vit::norm(const std::string& name, const Tensor& x, Adaptation& adaptation) const {
    return adaptation.normalise(name, x, stored(name + ".weight"), stored(name + ".bias"),
                                spec_.norm_epsilon);
}

Tensor Vit::attention(int block, const Tensor& x, Adaptation& adaptation, std::int64_t kept) const {
    const auto batch = x.size(0), tokens = x.size(1), dim = x.size(2);
    // unbind, not indexing: its backward is one stack instead of three zero-filled copies.
    const auto qkv = adaptation.project(block, Projection::qkv, x, linear(block, Projection::qkv))
                         .reshape({batch, tokens, 3, spec_.heads, dim / spec_.heads})
                         .permute({2, 0, 3, 1, 4})
                         .unbind(0);
    const auto mixed = at::scaled_dot_product_attention(qkv[0].narrow(2, 0, kept), qkv[1], qkv[2]);
    return adaptation.after_attention(
        block, x.narrow(1, 0, kept),
        adaptation.project(block, Projection::proj, mixed.transpose(1, 2).reshape({batch, kept, dim}),
                           linear(block, Projection::proj)));
}

Tensor Vit::mlp(int block, const Tensor& x, Adaptation& adaptation) const {
    Tensor hidden = adaptation.project(block, Projection::fc1, x, linear(block, Projection::fc1));
    if (spec_.swiglu) {
        const auto halves = hidden.chunk(2, -1);
        hidden = at::silu(halves[0]) * halves[1];
    } else {
        hidden = adaptation.activate(block, hidden);
    }
    return adaptation.after_mlp(
        block, x, adaptation.project(block, Projection::fc2, hidden, linear(block, Projection::fc2)));
}

Tensor Vit::blocks(Tensor x, Adaptation& adaptation, const ForwardOptions& options, Keep keep,
                   const std::function<void(int, const Tensor&)>& after_block) const {
    const auto residual = [&](const Tensor& to, Tensor branch, int block, int which) {
        if (spec_.layer_scale) branch = branch * stored(block_name(block, which == 0 ? "ls1" : "ls2"));
        const double rate = spec_.depth > 1 ? options.drop_path * block / (spec_.depth - 1) : 0.0;
        if (options.training && rate > 0)
            branch = branch * path_mask(branch, rate,
                                        mix_seed(options.random_seed, std::uint64_t(2 * block + which)));
        return to + branch;
    };
    for (int block = 0; block < spec_.depth; ++block) {
        x = adaptation.before_block(block, x);
        // Of the last block's tokens, the class token alone may be wanted: it looks at all of them, and after that they are
        // idle. A sixteenth of the work of twelve blocks less.
        const std::int64_t kept = keep == Keep::class_token && block + 1 == spec_.depth ? 1 : x.size(1);
        const auto mixed = attention(block, norm(block_name(block, "norm1"), x, adaptation), adaptation, kept);
        x = residual(kept == x.size(1) ? x : x.narrow(1, 0, kept), mixed, block, 0);
        x = residual(x, mlp(block, norm(block_name(block, "norm2"), x, adaptation), adaptation), block, 1);
        if (after_block) after_block(block, adaptation.without_prompts(block, x));
    }
    // A prompt never stands before the class token.
    return keep == Keep::class_token ? x : adaptation.without_prompts(spec_.depth - 1, x);
}

Tensor Vit::last_hidden_state(const Tensor& images, const ForwardOptions& options) const {
    Adaptation none;
    Adaptation& adaptation = options.adaptation ? *options.adaptation : none;
    return norm("norm", blocks(embed(images, adaptation), adaptation, options, Keep::all), adaptation);
}

Tensor Vit::features(const Tensor& images, const ForwardOptions& options) const {
    Adaptation none;
    Adaptation& adaptation = options.adaptation ? *options.adaptation : none;
    const Keep keep = pooling_ == checkpoint::Pooling::cls ? Keep::class_token : Keep::all;
    Tensor x = blocks(embed(images, adaptation), adaptation, options, keep);
    if (keep == Keep::class_token) return norm("norm", x, adaptation).squeeze(1);
    const std::int64_t first = (spec_.class_token ? 1 : 0) + spec_.registers;
    const std::int64_t patches = std::int64_t{image_size_ / spec_.patch} * (image_size_ / spec_.patch);
    if (spec_.pooled_norm) {
        const auto mean = x.narrow(1, first, patches).mean(1, true);
        if (pooling_ == checkpoint::Pooling::mean) return norm("norm", mean, adaptation).squeeze(1);
        return norm("norm", torch::cat({x.narrow(1, 0, 1), mean}, 1), adaptation).flatten(1);
    }
    x = norm("norm", x, adaptation);
    const auto mean = x.narrow(1, first, patches).mean(1);
    return pooling_ == checkpoint::Pooling::mean ? mean : torch::cat({x.select(1, 0), mean}, -1);
}

Tensor Vit::patch_tokens(const Tensor& images, const std::vector<int>& layers,
                         const ForwardOptions& options) const {
    Adaptation none;
    Adaptation& adaptation = options.adaptation ? *options.adaptation : none;
    const std::int64_t first = (spec_.class_token ? 1 : 0) + spec_.registers;
    const std::int64_t patches = std::int64_t{image_size_ / spec_.patch} * (image_size_ / spec_.patch);
    std::vector<Tensor> taken;
    blocks(embed(images, adaptation), adaptation, options, Keep::all, [&](int block, const Tensor& x) {
        for (const int layer : layers)
            if (layer == block) taken.push_back(x.narrow(1, first, patches));
    });
    if (taken.size() != layers.size())
        throw InputError("patch tokens of a block the model has not: it has " + std::to_string(spec_.depth));
    // One call of the norm for all layers: what watches it sees an image's tokens together.
    const auto count = static_cast<std::int64_t>(layers.size());
    const auto all = taken.size() == 1 ? taken.front() : torch::cat(taken, 1);
    return norm("norm", all, adaptation).reshape({all.size(0), count, patches, spec_.dim});
}

Tensor Vit::head(const Tensor& features, const ForwardOptions& options) const {
    if (!has("head.weight"))
        throw InputError("the model has no head; give the number of classes to reset_head first");
    const Linear linear{stored("head.weight"), has("head.bias") ? stored("head.bias") : Tensor{}};
    Adaptation none;
    return (options.adaptation ? *options.adaptation : none).classify(features, linear);
}

Tensor Vit::logits(const Tensor& images, const ForwardOptions& options) const {
    return head(features(images, options), options);
}

} // namespace cdra::engine
