// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model/vit.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/engine/model/position.h"
#include "core/engine/model/tensor_names.h"

#include <cmath>
#include <numbers>
#include <torch/torch.h>
#include <utility>

namespace cdra::engine {

namespace {

// "blocks.3.attn.q.weight" → ("blocks.3.attn.qkv.weight", 0); no value for other names.
std::optional<std::pair<std::string, int>> fused_place(const std::string& name) {
    constexpr std::array<std::string_view, 3> parts = {".attn.q.weight", ".attn.k.weight", ".attn.v.weight"};
    for (int part = 0; part < 3; ++part)
        if (name.ends_with(parts[part]))
            return std::pair{name.substr(0, name.size() - parts[part].size()) + ".attn.qkv.weight", part};
    return std::nullopt;
}

// Every tensor under its name, q, k and v in one, copied by as many threads as compute.
std::map<std::string, Tensor> read_tensors(const checkpoint::Checkpoint& source) {
    std::map<std::string, Tensor> tensors;
    std::vector<std::pair<std::string, Tensor>> parts; // as the checkpoint names them: where each is read to
    for (const auto& [name, where] : source.tensors()) {
        const auto place = fused_place(name);
        Tensor& tensor = tensors[place ? place->first : name];
        auto shape = where.shape;
        if (place) shape.front() *= 3;
        if (!tensor.defined()) tensor = torch::empty(shape, torch::kFloat32);
        if (tensor.sizes() != at::IntArrayRef(shape)) throw InputError(source.path().string() + ": " + name + " has another shape than its sisters");
        parts.emplace_back(name, place ? tensor.narrow(0, place->second * where.shape.front(), where.shape.front()) : tensor);
    }
    parallel_for(at::get_num_threads(), parts.size(), [&](std::size_t, std::size_t i) {
        const Tensor& to = parts[i].second;
        source.read(parts[i].first, {to.data_ptr<float>(), static_cast<std::size_t>(to.numel())});
    });
    return tensors;
}

} // namespace

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
    for (int block = 0; block < spec_.depth; ++block)
        for (const char* part : {"attn.q.weight", "attn.k.weight", "attn.v.weight"})
            if (!source.tensors().contains(block_name(block, part)))
                throw InputError(file + ": no tensor " + block_name(block, part));
    for (auto [name, value] : read_tensors(source)) {
        if (name == "cls_token" || name == "registers" || name == "pos_embed")
            value = value.reshape({1, -1, spec_.dim});
        if (name == "pos_embed")
            value = resample_positions(value, spec_.class_position ? 1 : 0, spec_.grid_height,
                                       spec_.grid_width, image_size / spec_.patch, resampling);
        if (name == "patch_embed.weight")
            value = value.reshape({spec_.dim, spec_.channels, spec_.patch, spec_.patch});
        tensors_[name] = value;
    }
    if (const auto head = tensors_.find("head.weight");
        head != tensors_.end() && (head->second.dim() != 2 || head->second.size(1) != feature_dim() ||
                                    (spec_.pooled_norm && pooling != checkpoint::Pooling::mean))) {
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
    if (which == Projection::patch)
        return {stored("patch_embed.weight").flatten(1),
                has("patch_embed.bias") ? stored("patch_embed.bias") : Tensor{}};
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

void Vit::set_head(const std::map<std::string, Tensor>& tensors, int classes) {
    std::erase_if(tensors_, [](const auto& item) { return item.first.starts_with("head."); });
    for (const auto& [name, value] : tensors)
        tensors_[name] = value.to(device_);
    spec_.classes = classes;
}

std::vector<std::string> Vit::head_names() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : tensors_)
        if (name.starts_with("head.")) names.push_back(name);
    const auto key = [](const std::string& name) {
        const auto dot = name.rfind('.');
        return std::pair(name.substr(0, dot), name.ends_with(".weight") ? std::string() : name.substr(dot));
    };
    std::ranges::sort(names, {}, key);
    return names;
}

} // namespace cdra::engine
