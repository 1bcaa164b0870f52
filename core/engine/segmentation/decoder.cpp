// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/segmentation/decoder.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/kernels/dense_product.h"
#include "core/engine/methods/initial_values.h"

#include <algorithm>
#include <cmath>
#include <torch/torch.h>

namespace cdra::engine {
namespace {

constexpr double deviation = 0.02; // of the classifier, as a classification head's
constexpr int channels = 128;
constexpr int pyramid_layers = 4;

// [B, P, D] → [B, D, h, w]; the grid is square.
Tensor as_map(const Tensor& tokens) {
    const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(tokens.size(1)))));
    return tokens.transpose(1, 2).reshape({tokens.size(0), tokens.size(2), side, side});
}

std::vector<int> last_layer(const checkpoint::VitSpec& spec) {
    return {spec.depth - 1};
}

// A quarter of the depth apart: 2, 5, 8, 11 of twelve blocks.
std::vector<int> quarter_layers(const checkpoint::VitSpec& spec) {
    std::vector<int> layers;
    for (int i = 1; i <= pyramid_layers; ++i)
        layers.push_back(std::max(0, i * spec.depth / pyramid_layers - 1));
    return layers;
}

void reset_linear(Vit& model, int classes, std::uint64_t seed) {
    const auto stream = mix_seed(seed, "decoder");
    model.set_head({{"head.weight", normal_values({classes, model.spec().dim}, deviation, stream, "head.weight")},
                    {"head.bias", torch::zeros({classes})}},
                   classes);
}

Tensor forward_linear(const Vit& model, const Tensor& tokens, bool) {
    const auto last = tokens.select(1, tokens.size(1) - 1);
    return as_map(kernels::dense_linear(last, model.tensor("head.weight"), model.tensor("head.bias")));
}

std::string part(const char* name, int i) {
    return std::string("head.") + name + "." + std::to_string(i);
}

void reset_fpn(Vit& model, int classes, std::uint64_t seed) {
    const auto stream = mix_seed(seed, "decoder");
    std::map<std::string, Tensor> tensors;
    // Uniform with the variance that keeps a rectified signal's size (He).
    const auto convolution = [&](const std::string& name, std::int64_t in, std::int64_t kernel) {
        const double bound = std::sqrt(6.0 / static_cast<double>(in * kernel * kernel));
        tensors[name + ".weight"] = uniform_values({channels, in, kernel, kernel}, bound, stream, name + ".weight");
    };
    for (int i = 0; i < pyramid_layers; ++i) {
        convolution(part("smooth", i), i == 0 ? model.spec().dim : channels, 3);
        tensors[part("norm", i) + ".weight"] = torch::ones({channels});
        tensors[part("norm", i) + ".bias"] = torch::zeros({channels});
        tensors[part("norm", i) + ".running_mean"] = torch::zeros({channels});
        tensors[part("norm", i) + ".running_var"] = torch::ones({channels});
        if (i == 0) continue;
        convolution(part("lateral", i), model.spec().dim, 1);
        tensors[part("lateral", i) + ".bias"] = torch::zeros({channels});
    }
    tensors["head.classifier.weight"] =
        normal_values({classes, channels, 1, 1}, deviation, stream, "head.classifier.weight");
    tensors["head.classifier.bias"] = torch::zeros({classes});
    model.set_head(tensors, classes);
}

Tensor twice_as_large(const Tensor& x) {
    return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
}

Tensor forward_fpn(const Vit& model, const Tensor& tokens, bool training) {
    constexpr double momentum = 0.1, epsilon = 1e-5;
    const auto smooth = [&](const Tensor& x, int i) {
        const auto norm = part("norm", i);
        const auto y = at::conv2d(x, model.tensor(part("smooth", i) + ".weight"), {}, 1, 1);
        return at::relu(at::batch_norm(y, model.tensor(norm + ".weight"), model.tensor(norm + ".bias"),
                                       model.tensor(norm + ".running_mean"), model.tensor(norm + ".running_var"),
                                       training, momentum, epsilon, false));
    };
    Tensor x = smooth(as_map(tokens.select(1, pyramid_layers - 1)), 0);
    for (int i = 1; i < pyramid_layers; ++i) {
        const auto lateral = part("lateral", i);
        auto finer = at::conv2d(as_map(tokens.select(1, pyramid_layers - 1 - i)), model.tensor(lateral + ".weight"),
                                model.tensor(lateral + ".bias"));
        // Twice on the way: four times the patches' resolution at the end.
        if (i < pyramid_layers - 1) x = twice_as_large(x);
        if (finer.size(2) != x.size(2)) finer = at::upsample_nearest2d(finer, {x.size(2), x.size(3)});
        x = smooth(x + finer, i);
    }
    return at::conv2d(x, model.tensor("head.classifier.weight"), model.tensor("head.classifier.bias"));
}

constexpr Decoder all[] = {
    {"linear", "one 1×1 convolution on the last patch tokens", last_layer, reset_linear, forward_linear},
    {"fpn", "a small feature pyramid over four layers", quarter_layers, reset_fpn, forward_fpn},
};

// [to, from]: each row the two weights of a bilinear sample at its pixel's centre.
Tensor interpolation(std::int64_t from, std::int64_t to) {
    auto matrix = torch::zeros({to, from});
    auto at = matrix.accessor<float, 2>();
    for (std::int64_t i = 0; i < to; ++i) {
        const double place = std::max(
            0.0, (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5);
        const auto lower = std::min(static_cast<std::int64_t>(place), from - 1);
        const auto upper = std::min(lower + 1, from - 1);
        const auto share = static_cast<float>(place - static_cast<double>(lower));
        at[i][lower] += 1.0F - share;
        at[i][upper] += share;
    }
    return matrix;
}

} // namespace

std::span<const Decoder> decoders() {
    return all;
}

const Decoder& find_decoder(std::string_view word) {
    std::string known;
    for (const auto& decoder : all) {
        if (decoder.word == word) return decoder;
        known += (known.empty() ? "" : ", ") + std::string(decoder.word);
    }
    throw InputError("decoder '" + std::string(word) + "' is not known; expected one of " + known);
}

Tensor resize_bilinear(const Tensor& x, std::int64_t height, std::int64_t width) {
    if (x.size(2) == height && x.size(3) == width) return x;
    // Class scores keep their 32 bits whatever the products before them were computed in.
    const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
    const auto rows = interpolation(x.size(2), height).to(x.device());
    const auto columns = interpolation(x.size(3), width).to(x.device()).t();
    return at::matmul(at::matmul(rows, x), columns);
}

Tensor best_class(const Tensor& scores) {
    if (!scores.is_cpu()) return scores.argmax(1);
    auto best = scores.select(1, 0).clone();
    auto index = torch::zeros(best.sizes(), torch::kInt64);
    for (std::int64_t c = 1; c < scores.size(1); ++c) {
        const auto one = scores.select(1, c);
        index.masked_fill_(one.gt(best), c);
        at::maximum_out(best, best, one);
    }
    return index;
}

Tensor class_map(const Tensor& scores, std::int64_t height, std::int64_t width) {
    constexpr std::int64_t most_values = std::int64_t{1} << 24; // of a band
    const auto columns = at::matmul(scores.to(torch::kFloat32), interpolation(scores.size(3), width).to(scores.device()).t());
    const auto rows = interpolation(scores.size(2), height).to(scores.device());
    const auto band = std::max<std::int64_t>(1, most_values / (scores.size(1) * width));
    auto result = torch::empty({height, width}, torch::kUInt8);
    for (std::int64_t top = 0; top < height; top += band) {
        const auto count = std::min(band, height - top);
        result.narrow(0, top, count).copy_(best_class(at::matmul(rows.narrow(0, top, count), columns)).squeeze(0));
    }
    return result;
}

} // namespace cdra::engine
