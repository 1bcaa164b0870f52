// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Random vision transformers written as checkpoints, the same values under timm's names and Hugging Face's
// DINOv2 names.
#pragma once

#include "core/tensor_io/safetensors.h"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace cdra::test {

struct RandomVit {
    int depth = 2, dim = 128, mlp_dim = 256, patch = 4, grid = 4;
    bool class_token = true, layer_scale = false, swiglu = false;
    int registers = 0;
    std::uint64_t seed = 5;
};

class RandomModel {
  public:
    explicit RandomModel(const RandomVit& what) : what_(what), random_(what.seed) {
        const std::int64_t dim = what.dim, hidden = what.mlp_dim;
        add("patch", {dim, 3, what.patch, what.patch}, 0.2);
        add("patch.bias", {dim}, 0.1);
        if (what.class_token) add("cls_token", {1, 1, dim}, 0.5);
        if (what.registers > 0) add("registers", {1, what.registers, dim}, 0.5);
        add("positions", {1, std::int64_t{what.grid} * what.grid + (what.class_token ? 1 : 0), dim}, 0.5);
        for (int block = 0; block < what.depth; ++block) {
            const std::string p = std::to_string(block) + ".";
            for (const char* norm : {"norm1", "norm2"})
                add_norm(p + norm);
            for (const char* part : {"q", "k", "v", "proj"})
                add_linear(p + part, dim, dim);
            add_linear(p + "fc1", hidden, dim);
            add_linear(p + "fc2", dim, what.swiglu ? hidden / 2 : hidden);
            if (what.layer_scale)
                for (const char* scale : {"ls1", "ls2"})
                    add(p + scale, {dim}, 0.3, 0.5);
        }
        add_norm("norm");
    }

    void write_timm(const std::filesystem::path& file) const {
        Writer out;
        out.put("patch_embed.proj.weight", at("patch"));
        out.put("patch_embed.proj.bias", at("patch.bias"));
        if (what_.class_token) out.put("cls_token", at("cls_token"));
        if (what_.registers > 0) out.put("reg_token", at("registers"));
        out.put("pos_embed", at("positions"));
        for (int block = 0; block < what_.depth; ++block) {
            const std::string p = std::to_string(block) + ".", to = "blocks." + p;
            for (const char* norm : {"norm1", "norm2"})
                out.module(to + norm, *this, p + norm);
            out.put(to + "attn.qkv.weight", stacked(p, ".weight"));
            out.put(to + "attn.qkv.bias", stacked(p, ".bias"));
            out.module(to + "attn.proj", *this, p + "proj");
            out.module(to + "mlp.fc1", *this, p + "fc1");
            out.module(to + "mlp.fc2", *this, p + "fc2");
            if (what_.layer_scale)
                for (const char* scale : {"ls1", "ls2"})
                    out.put(to + scale + ".gamma", at(p + scale));
        }
        out.module("norm", *this, "norm");
        out.write(file);
    }

    void write_hf_dinov2(const std::filesystem::path& file) const {
        Writer out;
        out.put("embeddings.patch_embeddings.projection.weight", at("patch"));
        out.put("embeddings.patch_embeddings.projection.bias", at("patch.bias"));
        out.put("embeddings.cls_token", at("cls_token"));
        if (what_.registers > 0) out.put("embeddings.register_tokens", at("registers"));
        out.put("embeddings.position_embeddings", at("positions"));
        for (int block = 0; block < what_.depth; ++block) {
            const std::string p = std::to_string(block) + ".", to = "encoder.layer." + p;
            for (const char* norm : {"norm1", "norm2"})
                out.module(to + norm, *this, p + norm);
            out.module(to + "attention.attention.query", *this, p + "q");
            out.module(to + "attention.attention.key", *this, p + "k");
            out.module(to + "attention.attention.value", *this, p + "v");
            out.module(to + "attention.output.dense", *this, p + "proj");
            out.module(to + (what_.swiglu ? "mlp.weights_in" : "mlp.fc1"), *this, p + "fc1");
            out.module(to + (what_.swiglu ? "mlp.weights_out" : "mlp.fc2"), *this, p + "fc2");
            out.put(to + "layer_scale1.lambda1", at(p + "ls1"));
            out.put(to + "layer_scale2.lambda1", at(p + "ls2"));
        }
        out.module("layernorm", *this, "norm");
        out.write(file);
    }

  private:
    struct Stored {
        std::vector<std::int64_t> shape;
        std::vector<float> values;
    };
    struct Writer {
        std::map<std::string, Stored> tensors;
        void put(const std::string& name, const Stored& tensor) { tensors[name] = tensor; }
        void module(const std::string& name, const RandomModel& model, const std::string& ours) {
            put(name + ".weight", model.at(ours + ".weight"));
            put(name + ".bias", model.at(ours + ".bias"));
        }
        void write(const std::filesystem::path& file) const {
            std::vector<tensor_io::TensorView> views;
            for (const auto& [name, tensor] : tensors)
                views.push_back(tensor_io::view_f32(name, tensor.shape, tensor.values));
            tensor_io::write_safetensors(file, views, {{"format", "pt"}});
        }
    };

    const Stored& at(const std::string& name) const { return tensors_.at(name); }
    void add(const std::string& name, std::vector<std::int64_t> shape, double deviation, double mean = 0) {
        std::normal_distribution<float> draw(static_cast<float>(mean), static_cast<float>(deviation));
        const auto count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
        Stored tensor{std::move(shape), std::vector<float>(static_cast<std::size_t>(count))};
        for (float& value : tensor.values)
            value = draw(random_);
        tensors_[name] = std::move(tensor);
    }
    void add_linear(const std::string& name, std::int64_t out, std::int64_t in) {
        add(name + ".weight", {out, in}, 1 / std::sqrt(static_cast<double>(in)));
        add(name + ".bias", {out}, 0.1);
    }
    void add_norm(const std::string& name) {
        add(name + ".weight", {what_.dim}, 0.1, 1.0);
        add(name + ".bias", {what_.dim}, 0.1);
    }
    Stored stacked(const std::string& prefix, const std::string& suffix) const {
        Stored result = at(prefix + "q" + suffix);
        result.shape[0] *= 3;
        for (const char* part : {"k", "v"}) {
            const auto& values = at(prefix + part + suffix).values;
            result.values.insert(result.values.end(), values.begin(), values.end());
        }
        return result;
    }

    RandomVit what_;
    std::mt19937_64 random_;
    std::map<std::string, Stored> tensors_;
};

} // namespace cdra::test
