// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/naming.h"

namespace cdra::checkpoint {

// The original release of ViT and AugReg (Flax); models trained from one behave as timm's do. Later Flax versions
// number the parts of a block each by its own kind.
const NameTable& jax_vit_names() {
    static const NameTable table = [] {
        NameTable names;
        names.title = "JAX ViT";
        names.naming = Naming::timm;
        names.anchor = "Transformer/encoderblock_0/LayerNorm_0/scale";
        names.weight = "/kernel";
        names.norm_weight = "/scale";
        names.bias = "/bias";
        names.patch = {"embedding"};
        names.cls_token = {"cls"};
        names.pos_embed = {"Transformer/posembed_input/pos_embedding", "pos_embedding"};
        names.norm = {"Transformer/encoder_norm"};
        names.head = {"head"};
        names.blocks = "Transformer/encoderblock_";
        names.block_end = "/";
        names.norm1 = {"LayerNorm_0"};
        names.norm2 = {"LayerNorm_2", "LayerNorm_1"};
        names.q = {"MultiHeadDotProductAttention_1/query", "MultiHeadDotProductAttention_0/query"};
        names.k = {"MultiHeadDotProductAttention_1/key", "MultiHeadDotProductAttention_0/key"};
        names.v = {"MultiHeadDotProductAttention_1/value", "MultiHeadDotProductAttention_0/value"};
        names.proj = {"MultiHeadDotProductAttention_1/out", "MultiHeadDotProductAttention_0/out"};
        names.fc1 = {"MlpBlock_3/Dense_0", "MlpBlock_0/Dense_0"};
        names.fc2 = {"MlpBlock_3/Dense_1", "MlpBlock_0/Dense_1"};
        names.norm_epsilon = 1e-6;
        names.family = [](const VitSpec&, const SideConfig&) { return std::string_view("vit"); };
        return names;
    }();
    return table;
}

} // namespace cdra::checkpoint
