// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/naming.h"

namespace cdra::checkpoint {

const NameTable& hf_vit_names() {
    static const NameTable table = [] {
        NameTable names;
        names.title = "Hugging Face ViT";
        names.naming = Naming::hf;
        names.anchor = "encoder.layer.0.layernorm_before.weight";
        names.patch = {"embeddings.patch_embeddings.projection"};
        names.cls_token = {"embeddings.cls_token"};
        names.pos_embed = {"embeddings.position_embeddings"};
        names.norm = {"layernorm"};
        names.head = {"classifier"};
        names.blocks = "encoder.layer.";
        names.norm1 = {"layernorm_before"};
        names.norm2 = {"layernorm_after"};
        names.q = {"attention.attention.query"};
        names.k = {"attention.attention.key"};
        names.v = {"attention.attention.value"};
        names.proj = {"attention.output.dense"};
        names.fc1 = {"intermediate.dense"};
        names.fc2 = {"output.dense"};
        names.always_class_position = true;
        names.norm_epsilon = 1e-12;
        names.family = [](const VitSpec&, const SideConfig&) { return std::string_view("vit"); };
        return names;
    }();
    return table;
}

} // namespace cdra::checkpoint
