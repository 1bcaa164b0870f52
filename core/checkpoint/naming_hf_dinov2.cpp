// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/naming.h"

namespace cdra::checkpoint {

const NameTable& hf_dinov2_names() {
    static const NameTable table = [] {
        NameTable names;
        names.title = "Hugging Face DINOv2";
        names.naming = Naming::hf;
        names.anchor = "encoder.layer.0.norm1.weight";
        names.patch = {"embeddings.patch_embeddings.projection"};
        names.cls_token = {"embeddings.cls_token"};
        names.registers = {"embeddings.register_tokens"};
        names.pos_embed = {"embeddings.position_embeddings"};
        names.norm = {"layernorm"};
        names.head = {"classifier"};
        names.blocks = "encoder.layer.";
        names.norm1 = {"norm1"};
        names.norm2 = {"norm2"};
        names.q = {"attention.attention.query"};
        names.k = {"attention.attention.key"};
        names.v = {"attention.attention.value"};
        names.proj = {"attention.output.dense"};
        names.fc1 = {"mlp.fc1", "mlp.weights_in"};
        names.fc2 = {"mlp.fc2", "mlp.weights_out"};
        names.ls1 = {"layer_scale1.lambda1"};
        names.ls2 = {"layer_scale2.lambda1"};
        names.always_class_position = true;
        names.norm_epsilon = 1e-6;
        names.family = [](const VitSpec&, const SideConfig&) { return std::string_view("dinov2"); };
        return names;
    }();
    return table;
}

} // namespace cdra::checkpoint
