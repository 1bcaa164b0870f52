// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/vit_spec.h"

#include "core/base/error.h"

#include <utility>

namespace cdra::checkpoint {

namespace {

template <class Enum, std::size_t N>
Enum parse(const std::array<std::pair<std::string_view, Enum>, N>& table, std::string_view what,
           std::string_view word) {
    std::string known;
    for (const auto& [name, value] : table) {
        if (name == word) return value;
        known += (known.empty() ? "" : ", ") + std::string(name);
    }
    throw InputError(std::string(what) + " \"" + std::string(word) +
                     "\" is unknown; expected one of: " + known);
}

template <class Enum, std::size_t N>
std::string_view word_of(const std::array<std::pair<std::string_view, Enum>, N>& table, Enum value) noexcept {
    for (const auto& [name, entry] : table)
        if (entry == value) return name;
    return "?";
}

constexpr std::array<std::pair<std::string_view, Naming>, 2> namings = {
    {{"timm", Naming::timm}, {"hf", Naming::hf}}};
constexpr std::array<std::pair<std::string_view, Resampling>, 2> resamplings = {
    {{"timm", Resampling::timm}, {"hf", Resampling::hf}}};
constexpr std::array<std::pair<std::string_view, Pooling>, 3> poolings = {
    {{"cls", Pooling::cls}, {"mean", Pooling::mean}, {"cls+mean", Pooling::cls_mean}}};

} // namespace

std::string_view name_of(Naming value) noexcept {
    return word_of(namings, value);
}
std::string_view name_of(Resampling value) noexcept {
    return word_of(resamplings, value);
}
std::string_view name_of(Pooling value) noexcept {
    return word_of(poolings, value);
}
Naming parse_naming(std::string_view word) {
    return parse(namings, "naming", word);
}
Resampling parse_resampling(std::string_view word) {
    return parse(resamplings, "position resampling", word);
}
Pooling parse_pooling(std::string_view word) {
    return parse(poolings, "pooling", word);
}

Resampling VitSpec::default_resampling() const noexcept {
    // With registers Hugging Face filters against aliasing too.
    return naming == Naming::hf && registers == 0 ? Resampling::hf : Resampling::timm;
}

std::vector<MatrixShape> candidate_matrices(const VitSpec& spec) {
    const std::int64_t dim = spec.dim, hidden = spec.mlp_dim;
    const std::int64_t gated =
        spec.swiglu ? hidden / 2 : hidden; // SwiGLU: fc1 is two halves, their product goes on
    std::vector<MatrixShape> matrices;
    for (int block = 0; block < spec.depth; ++block)
        for (int kind = 0; kind < static_cast<int>(matrix_kinds.size()); ++kind) {
            MatrixShape shape;
            shape.name = "blocks." + std::to_string(block) + "." +
                         std::string(matrix_kinds[static_cast<std::size_t>(kind)]);
            shape.block = block;
            shape.kind = kind;
            shape.out = kind == 4 ? hidden : dim;
            shape.in = kind == 5 ? gated : dim;
            matrices.push_back(std::move(shape));
        }
    return matrices;
}

std::vector<VectorShape> tunable_vectors(const VitSpec& spec) {
    std::vector<VectorShape> vectors;
    for (int block = 0; block < spec.depth; ++block) {
        const std::string prefix = "blocks." + std::to_string(block) + ".";
        const auto add = [&](const char* name, std::int64_t size) {
            vectors.push_back({prefix + name, size});
        };
        add("norm1.weight", spec.dim);
        add("norm1.bias", spec.dim);
        if (spec.qkv_bias)
            for (const char* name : {"attn.q.bias", "attn.k.bias", "attn.v.bias"})
                add(name, spec.dim);
        add("attn.proj.bias", spec.dim);
        add("norm2.weight", spec.dim);
        add("norm2.bias", spec.dim);
        add("mlp.fc1.bias", spec.mlp_dim);
        add("mlp.fc2.bias", spec.dim);
    }
    vectors.push_back({"norm.weight", spec.dim});
    vectors.push_back({"norm.bias", spec.dim});
    return vectors;
}

std::int64_t backbone_parameters(const VitSpec& spec) {
    const std::int64_t dim = spec.dim, patch = spec.patch;
    std::int64_t total = dim * spec.channels * patch * patch + dim;
    const std::int64_t positions =
        std::int64_t{spec.grid_height} * spec.grid_width + (spec.class_position ? 1 : 0);
    total += dim * (positions + (spec.class_token ? 1 : 0) + spec.registers);
    if (spec.layer_scale) total += 2 * dim * spec.depth;
    for (const MatrixShape& matrix : candidate_matrices(spec))
        total += matrix.size();
    for (const VectorShape& vector : tunable_vectors(spec))
        total += vector.size;
    return total;
}

} // namespace cdra::checkpoint
