// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What a vision transformer is made of, in one vocabulary whatever the checkpoint's names:
//   patch_embed.{weight,bias}  cls_token  registers  pos_embed
//   blocks.<i>.norm1.{weight,bias}  blocks.<i>.attn.{q,k,v,proj}.{weight,bias}  blocks.<i>.ls1
//   blocks.<i>.norm2.{weight,bias}  blocks.<i>.mlp.{fc1,fc2}.{weight,bias}      blocks.<i>.ls2
//   norm.{weight,bias}  head.{weight,bias}
// Linear weights are [out, in] as in PyTorch; the paper's d (rows) is `in`, its k (columns) is `out`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::checkpoint {

enum class Naming { hf, timm };
enum class Resampling { timm, hf }; // bicubic position resampling: timm antialiases, Hugging Face does not
enum class Pooling { cls, mean, cls_mean };

std::string_view name_of(Naming) noexcept;
std::string_view name_of(Resampling) noexcept;
std::string_view name_of(Pooling) noexcept;          // "cls", "mean", "cls+mean"
Naming parse_naming(std::string_view word);          // throws InputError
Resampling parse_resampling(std::string_view word);  // throws InputError
Pooling parse_pooling(std::string_view word);        // throws InputError

struct VitSpec {
    std::string family = "vit"; // "vit" or "dinov2"
    Naming naming = Naming::timm;
    int depth = 0;
    int dim = 0;
    int heads = 0;
    int mlp_dim = 0; // fc1's output features (packed 2h for SwiGLU)
    int patch = 0;
    int channels = 3;
    int grid_height = 0, grid_width = 0; // of the stored position embedding, in patches
    bool class_token = true;
    bool class_position = true; // the position embedding holds a row for the class token
    int registers = 0;
    bool layer_scale = false;
    bool swiglu = false;
    bool pooled_norm = false; // the final norm stands behind the pooling (timm's fc_norm, for the mean of the patches)
    bool qkv_bias = true;
    bool fused_qkv = false; // as stored; our names are always apart
    int classes = 0;        // of the checkpoint's own head; 0: none
    double norm_epsilon = 1e-6;
    std::optional<std::array<float, 3>> mean, std; // normalisation, where the checkpoint states it

    Resampling default_resampling() const noexcept;
    int pretraining_image_size() const noexcept { return grid_height * patch; }
};

// A candidate matrix: one that sensitivity, masks and adaptation are about.
struct MatrixShape {
    std::string name; // "blocks.0.attn.q"
    int block = 0;
    int kind = 0;         // index into matrix_kinds
    std::int64_t out = 0; // output features, the paper's k (columns)
    std::int64_t in = 0;  // input features, the paper's d (rows)

    std::int64_t size() const noexcept { return out * in; }
};
// A norm or bias vector of the backbone that may be tuned whole.
struct VectorShape {
    std::string name; // "blocks.0.norm1.weight", "blocks.0.attn.q.bias", "norm.bias"
    std::int64_t size = 0;
};

inline constexpr std::array<std::string_view, 6> matrix_kinds = {"attn.q",    "attn.k",  "attn.v",
                                                                 "attn.proj", "mlp.fc1", "mlp.fc2"};

// Six per block, in the order of matrix_kinds, block after block.
std::vector<MatrixShape> candidate_matrices(const VitSpec& spec);
// Per block norm1, q, k, v, proj, norm2, fc1, fc2 (weight before bias), then the final norm. Patch embedding,
// positions, registers and LayerScale are frozen always and not listed.
std::vector<VectorShape> tunable_vectors(const VitSpec& spec);
// Everything but the head (ViT-B/16: 85,798,656).
std::int64_t backbone_parameters(const VitSpec& spec);

} // namespace cdra::checkpoint
