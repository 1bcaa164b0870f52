// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/naming.h"

namespace cdra::checkpoint {

// timm's names; Meta's DINOv2 release differs in the registers and in SwiGLU's two matrices only.
const NameTable& timm_names() {
    static const NameTable table = [] {
        NameTable names;
        names.title = "timm";
        names.naming = Naming::timm;
        names.anchor = "blocks.0.norm1.weight";
        names.patch = {"patch_embed.proj"};
        names.cls_token = {"cls_token"};
        names.registers = {"reg_token", "register_tokens"};
        names.pos_embed = {"pos_embed"};
        names.norm = {"norm"};
        names.pooled_norm = {"fc_norm"};
        names.head = {"head"};
        names.blocks = "blocks.";
        names.norm1 = {"norm1"};
        names.norm2 = {"norm2"};
        names.qkv = {"attn.qkv"};
        names.proj = {"attn.proj"};
        names.fc1 = {"mlp.fc1", "mlp.w12"};
        names.fc2 = {"mlp.fc2", "mlp.w3"};
        names.ls1 = {"ls1.gamma"};
        names.ls2 = {"ls2.gamma"};
        names.norm_epsilon = 1e-6;
        names.family = [](const VitSpec& spec, const SideConfig& config) {
            if (config.architecture.find("dinov2") != std::string::npos) return std::string_view("dinov2");
            // DeiT III has LayerScale too, but in patches of 16, or of 14 at a width not DINOv2's.
            const bool dinov2 =
                config.architecture.empty() && spec.layer_scale && spec.patch == 14 && spec.dim != 1280;
            return std::string_view(dinov2 ? "dinov2" : "vit");
        };
        return names;
    }();
    return table;
}

} // namespace cdra::checkpoint
