// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model/vit.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/model/position.h"

#include <cmath>
#include <numbers>
#include <torch/torch.h>
#include <utility>

namespace cdra::engine {

namespace {

std::string block_name(int block, std::string_view part) {
    return "blocks." + std::to_string(block) + "." + std::string(part);
}

// "blocks.3.attn.q.weight" → ("blocks.3.attn.qkv.weight", 0); no value for other names.
std::optional<std::pair<std::string, int>> fused_place(const std::string& name) {
    constexpr std::array<std::string_view, 3> parts = {".attn.q.weight", ".attn.k.weight", ".attn.v.weight"};
    for (int part = 0; part < 3; ++part)
        if (name.ends_with(parts[part]))
            return std::pair{name.substr(0, name.size() - parts[part].size()) + ".attn.qkv.weight", part};
    return std::nullopt;
}

Tensor to_tensor(const checkpoint::Tensor& stored) {
    return torch::from_blob(const_cast<float*>(stored.values.data()), stored.shape, torch::kFloat32).clone();
}

// One uniform number in [0, 1) a sample: no generator state, so a resumed run drops the same paths.
Tensor kept_paths(std::int64_t samples, double rate, std::uint64_t seed, const Tensor& like) {
    std::vector<float> scale(static_cast<std::size_t>(samples));
    for (std::size_t i = 0; i < scale.size(); ++i) {
        const double uniform = static_cast<double>(mix_seed(seed, i) >> 11) * 0x1p-53;
        scale[i] = uniform < rate ? 0.0F : static_cast<float>(1.0 / (1.0 - rate));
    }
    return torch::from_blob(scale.data(), {samples, 1, 1}, torch::kFloat32).clone().to(like.options());
}

std::string shape_text(at::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

} // namespace

Tensor Adaptation::project(int, Projection, const Tensor& x, const Linear& frozen) {
    return at::linear(x, frozen.weight, frozen.bias);
}

Tensor Adaptation::normalise(const std::string&, const Tensor& x, const Tensor& weight, const Tensor& bias,
                             double epsilon) {
    return at::layer_norm(x, {x.size(-1)}, weight, bias, epsilon);
}

Vit::Vit(const checkpoint::Checkpoint& source, int image_size, checkpoint::Resampling resampling,
         checkpoint::Pooling pooling, torch::Device device)
    : spec_(source.spec()), image_size_(image_size), pooling_(pooling), device_(device) {
    const std::string file = source.path().string();
    if (image_size <= 0 || image_size % spec_.patch != 0)
        throw InputError("image size " + std::to_string(image_size) + ": " + file + " has patches of " +
                         std::to_string(spec_.patch) + " pixels; give a multiple of that");
    if (!spec_.class_token && pooling != checkpoint::Pooling::mean)
        throw InputError("pooling " + std::string(checkpoint::name_of(pooling)) + ": " + file +
                         " has no class token; use --pooling mean");
    for (const auto& [name, where] : source.tensors()) {
        Tensor value = to_tensor(source.read(name));
        if (name == "cls_token" || name == "registers" || name == "pos_embed")
            value = value.reshape({1, -1, spec_.dim});
        if (name == "pos_embed")
            value = resample_positions(value, spec_.class_position ? 1 : 0, spec_.grid_height,
                                       spec_.grid_width, image_size / spec_.patch, resampling);
        if (name == "patch_embed.weight")
            value = value.reshape({spec_.dim, spec_.channels, spec_.patch, spec_.patch});
        tensors_[name] = value;
    }
    for (int block = 0; block < spec_.depth; ++block) {
        std::vector<Tensor> parts;
        for (const char* part : {"attn.q.weight", "attn.k.weight", "attn.v.weight"}) {
            const auto node = tensors_.extract(block_name(block, part));
            if (node.empty()) throw InputError(file + ": no tensor " + block_name(block, part));
            parts.push_back(node.mapped());
        }
        tensors_[block_name(block, "attn.qkv.weight")] = torch::cat(parts, 0);
    }
    if (const auto head = tensors_.find("head.weight");
        head != tensors_.end() && (head->second.dim() != 2 || head->second.size(1) != feature_dim())) {
        tensors_.erase("head.weight");
        tensors_.erase("head.bias");
    }
    for (auto& [name, value] : tensors_)
        value = value.contiguous().to(device_);
}

const checkpoint::VitSpec& Vit::spec() const noexcept {
    return spec_;
}
int Vit::image_size() const noexcept {
    return image_size_;
}
checkpoint::Pooling Vit::pooling() const noexcept {
    return pooling_;
}
torch::Device Vit::device() const noexcept {
    return device_;
}
int Vit::feature_dim() const noexcept {
    return pooling_ == checkpoint::Pooling::cls_mean ? 2 * spec_.dim : spec_.dim;
}

const Tensor& Vit::stored(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) throw InputError("the model has no tensor " + name);
    return found->second;
}

Tensor Vit::tensor(const std::string& name) const {
    if (const auto place = fused_place(name))
        return stored(place->first).narrow(0, place->second * spec_.dim, spec_.dim);
    return stored(name);
}

bool Vit::has(const std::string& name) const {
    const auto place = fused_place(name);
    return tensors_.contains(place ? place->first : name);
}

void Vit::set_tensor(const std::string& name, Tensor value) {
    if (const auto place = fused_place(name))
        throw InputError(name + " is stored within " + place->first + "; set that tensor");
    const auto& old = stored(name);
    if (value.sizes() != old.sizes())
        throw InputError(name + ": shape " + shape_text(value.sizes()) + ", expected " +
                         shape_text(old.sizes()));
    tensors_[name] = std::move(value);
}

std::vector<std::string> Vit::tensor_names() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : tensors_) {
        if (const auto end = name.find(".attn.qkv.weight"); end != std::string::npos)
            for (const char* part : {".attn.q.weight", ".attn.k.weight", ".attn.v.weight"})
                names.push_back(name.substr(0, end) + part);
        else
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

Linear Vit::linear(int block, Projection which) const {
    static constexpr std::array<std::string_view, 4> names = {"attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2"};
    const std::string name = block_name(block, names[static_cast<std::size_t>(which)]);
    if (which != Projection::qkv)
        return {stored(name + ".weight"), has(name + ".bias") ? stored(name + ".bias") : Tensor{}};
    Tensor bias;
    // Apart until they are used: one of the three may be trained without the others.
    if (spec_.qkv_bias)
        bias = torch::cat({stored(block_name(block, "attn.q.bias")), stored(block_name(block, "attn.k.bias")),
                           stored(block_name(block, "attn.v.bias"))});
    return {stored(name + ".weight"), bias};
}

void Vit::reset_head(int classes, std::uint64_t seed) {
    if (classes < 1) throw InputError("the head needs at least one class, got " + std::to_string(classes));
    const std::uint64_t stream = mix_seed(seed, "head");
    std::uint64_t drawn = 0;
    const auto uniform = [&] {
        return (static_cast<double>(mix_seed(stream, drawn++) >> 11) + 0.5) * 0x1p-53;
    };
    std::vector<float> values(static_cast<std::size_t>(classes) * static_cast<std::size_t>(feature_dim()));
    for (float& value : values) {
        double normal = 0;
        do { // Box and Muller; the bound of 2 is 100 standard deviations away
            const double radius = std::sqrt(-2.0 * std::log(uniform()));
            normal = 0.02 * radius * std::cos(2.0 * std::numbers::pi * uniform());
        } while (std::fabs(normal) > 2.0);
        value = static_cast<float>(normal);
    }
    tensors_["head.weight"] =
        torch::from_blob(values.data(), {classes, feature_dim()}, torch::kFloat32).clone().to(device_);
    tensors_["head.bias"] = torch::zeros({classes}, torch::kFloat32).to(device_);
    spec_.classes = classes;
}

Tensor Vit::embed(const Tensor& images) const {
    if (images.dim() != 4 || images.size(1) != spec_.channels || images.size(2) != image_size_ ||
        images.size(3) != image_size_)
        throw InputError("images of shape " + shape_text(images.sizes()) + ", expected [B, " +
                         std::to_string(spec_.channels) + ", " + std::to_string(image_size_) + ", " +
                         std::to_string(image_size_) + "]");
    const auto batch = images.size(0);
    const std::vector<std::int64_t> stride = {spec_.patch, spec_.patch};
    Tensor x = at::conv2d(images, stored("patch_embed.weight"),
                          has("patch_embed.bias") ? stored("patch_embed.bias") : Tensor{}, stride)
                   .flatten(2)
                   .transpose(1, 2);
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

Tensor Vit::attention(int block, const Tensor& x, Adaptation& adaptation) const {
    const auto batch = x.size(0), tokens = x.size(1), dim = x.size(2);
    // unbind, not indexing: its backward is one stack instead of three zero-filled copies.
    const auto qkv = adaptation.project(block, Projection::qkv, x, linear(block, Projection::qkv))
                         .reshape({batch, tokens, 3, spec_.heads, dim / spec_.heads})
                         .permute({2, 0, 3, 1, 4})
                         .unbind(0);
    const auto mixed = at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);
    return adaptation.project(block, Projection::proj, mixed.transpose(1, 2).reshape({batch, tokens, dim}),
                              linear(block, Projection::proj));
}

Tensor Vit::mlp(int block, const Tensor& x, Adaptation& adaptation) const {
    Tensor hidden = adaptation.project(block, Projection::fc1, x, linear(block, Projection::fc1));
    if (spec_.swiglu) {
        const auto halves = hidden.chunk(2, -1);
        hidden = at::silu(halves[0]) * halves[1];
    } else {
        hidden = at::gelu(hidden);
    }
    return adaptation.after_mlp(
        block, adaptation.project(block, Projection::fc2, hidden, linear(block, Projection::fc2)));
}

Tensor Vit::blocks(Tensor x, Adaptation& adaptation, const ForwardOptions& options) const {
    const auto residual = [&](const Tensor& to, Tensor branch, int block, int which) {
        if (spec_.layer_scale) branch = branch * stored(block_name(block, which == 0 ? "ls1" : "ls2"));
        const double rate = spec_.depth > 1 ? options.drop_path * block / (spec_.depth - 1) : 0.0;
        if (options.training && rate > 0)
            branch =
                branch * kept_paths(branch.size(0), rate,
                                    mix_seed(options.random_seed, std::uint64_t(2 * block + which)), branch);
        return to + branch;
    };
    for (int block = 0; block < spec_.depth; ++block) {
        x = adaptation.before_block(block, x);
        x = residual(x, attention(block, norm(block_name(block, "norm1"), x, adaptation), adaptation), block,
                     0);
        x = residual(x, mlp(block, norm(block_name(block, "norm2"), x, adaptation), adaptation), block, 1);
    }
    return x;
}

Tensor Vit::last_hidden_state(const Tensor& images, const ForwardOptions& options) const {
    Adaptation none;
    Adaptation& adaptation = options.adaptation ? *options.adaptation : none;
    return norm("norm", blocks(embed(images), adaptation, options), adaptation);
}

Tensor Vit::features(const Tensor& images, const ForwardOptions& options) const {
    Adaptation none;
    Adaptation& adaptation = options.adaptation ? *options.adaptation : none;
    Tensor x = blocks(embed(images), adaptation, options);
    // Tokens are normalised one by one: what the pooling leaves out need not be.
    if (pooling_ == checkpoint::Pooling::cls) return norm("norm", x.narrow(1, 0, 1), adaptation).squeeze(1);
    const std::int64_t first = (spec_.class_token ? 1 : 0) + spec_.registers;
    // A method may add tokens behind the patches (prompts); only the image's own patches are averaged.
    const std::int64_t patches = std::int64_t{image_size_ / spec_.patch} * (image_size_ / spec_.patch);
    x = norm("norm", x, adaptation);
    const auto mean = x.narrow(1, first, patches).mean(1);
    return pooling_ == checkpoint::Pooling::mean ? mean : torch::cat({x.select(1, 0), mean}, -1);
}

Tensor Vit::logits(const Tensor& images, const ForwardOptions& options) const {
    if (!has("head.weight"))
        throw InputError("the model has no head; give the number of classes to reset_head first");
    const auto pooled = features(images, options);
    return at::linear(pooled, stored("head.weight"), has("head.bias") ? stored("head.bias") : Tensor{});
}

} // namespace cdra::engine
