// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A naming: how one publisher calls the parts of a vision transformer. A naming is one file that fills a
// NameTable and one line in formats.cpp.
#pragma once

#include "core/checkpoint/archive.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/side_config.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::checkpoint {

// Alternatives: the first that is stored is meant.
using Names = std::vector<std::string_view>;

struct NameTable {
    std::string_view title; // "Hugging Face ViT"
    Naming naming = Naming::timm;
    // A file whose tensors include one that ends with this is of this naming; what stands before is the
    // prefix.
    std::string_view anchor;

    Names patch;     // module: `weight` and `bias` are added
    Names cls_token; // whole tensor names from here …
    Names registers;
    Names pos_embed;
    Names norm; // … modules again
    Names pooled_norm; // the final norm where it stands behind the pooling, instead of `norm`
    Names head; // with the prefix or without

    std::string_view blocks;                 // "encoder.layer.": the block's number follows …
    std::string_view block_end = ".";        // … and this
    std::string_view weight = ".weight";     // of linear modules and convolutions
    std::string_view norm_weight = ".weight";
    std::string_view bias = ".bias";
    Names norm1, norm2;      // modules, within the block
    Names qkv;               // fused
    Names q, k, v;           // apart
    Names proj, fc1, fc2;
    Names ls1, ls2; // whole tensor names

    bool always_class_position = false; // else by what makes a square grid
    double norm_epsilon = 1e-6;
    std::string_view (*family)(const VitSpec& spec, const SideConfig& config) = nullptr;
};

const NameTable& hf_vit_names();
const NameTable& hf_dinov2_names();
const NameTable& timm_names();
const NameTable& jax_vit_names();

struct Mapping {
    VitSpec spec;
    std::map<std::string, TensorSource> tensors;
    std::vector<std::string> unused;
};

// nullopt if the archive is not of this naming. Throws CorruptFile naming every missing or misshapen tensor
// with what was found and expected.
std::optional<Mapping> match(const Archive& archive, const NameTable& names, const SideConfig& config,
                             const Overrides& overrides);

} // namespace cdra::checkpoint
