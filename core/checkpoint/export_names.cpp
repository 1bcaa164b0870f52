// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/checkpoint/export_names.h"

#include "core/checkpoint/naming.h"

namespace cdra::checkpoint {
namespace {

class Writer {
  public:
    Writer(const VitSpec& spec, const NameTable& names, std::string prefix)
        : spec_(spec), names_(names), prefix_(std::move(prefix)) {}

    std::vector<ExportedTensor> run() {
        if (spec_.class_token) add(prefix_ + first(names_.cls_token), {"cls_token"});
        if (spec_.registers > 0) add(prefix_ + first(names_.registers), {"registers"});
        add(prefix_ + first(names_.pos_embed), {"pos_embed"});
        module(prefix_ + first(names_.patch), "patch_embed");
        for (int block = 0; block < spec_.depth; ++block)
            add_block(block);
        module(prefix_ + first(spec_.pooled_norm && !names_.pooled_norm.empty() ? names_.pooled_norm : names_.norm), "norm");
        module(first(names_.head), "head");
        return std::move(tensors_);
    }

  private:
    static std::string first(const Names& names) { return std::string(names.front()); }
    // Hugging Face calls the packed matrices of SwiGLU otherwise than those of a plain MLP.
    std::string mlp(const Names& names) const {
        return std::string(spec_.swiglu && names_.naming == Naming::hf ? names.back() : names.front());
    }
    void add(std::string name, std::vector<std::string> parts) {
        tensors_.push_back({std::move(name), std::move(parts)});
    }
    void module(const std::string& name, const std::string& ours, bool bias = true) {
        add(name + ".weight", {ours + ".weight"});
        if (bias) add(name + ".bias", {ours + ".bias"});
    }

    void add_block(int block) {
        const std::string ours = "blocks." + std::to_string(block) + ".";
        const std::string theirs = prefix_ + std::string(names_.blocks) + std::to_string(block) + ".";
        const std::string q = ours + "attn.q", k = ours + "attn.k", v = ours + "attn.v";
        module(theirs + first(names_.norm1), ours + "norm1");
        if (names_.qkv.empty()) {
            module(theirs + first(names_.q), q, spec_.qkv_bias);
            module(theirs + first(names_.k), k, spec_.qkv_bias);
            module(theirs + first(names_.v), v, spec_.qkv_bias);
        } else {
            const auto fused = theirs + first(names_.qkv);
            add(fused + ".weight", {q + ".weight", k + ".weight", v + ".weight"});
            if (spec_.qkv_bias) add(fused + ".bias", {q + ".bias", k + ".bias", v + ".bias"});
        }
        module(theirs + first(names_.proj), ours + "attn.proj");
        if (spec_.layer_scale) add(theirs + first(names_.ls1), {ours + "ls1"});
        module(theirs + first(names_.norm2), ours + "norm2");
        module(theirs + mlp(names_.fc1), ours + "mlp.fc1");
        module(theirs + mlp(names_.fc2), ours + "mlp.fc2");
        if (spec_.layer_scale) add(theirs + first(names_.ls2), {ours + "ls2"});
    }

    const VitSpec& spec_;
    const NameTable& names_;
    std::string prefix_;
    std::vector<ExportedTensor> tensors_;
};

} // namespace

std::vector<ExportedTensor> export_names(const VitSpec& spec, Naming naming) {
    if (naming == Naming::timm) return Writer(spec, timm_names(), "").run();
    // The plain ViT has no LayerScale and no registers: only DINOv2's table has names for them.
    const bool dinov2 = spec.family == "dinov2" || spec.layer_scale || spec.registers > 0;
    return dinov2 ? Writer(spec, hf_dinov2_names(), "dinov2.").run()
                  : Writer(spec, hf_vit_names(), "vit.").run();
}

} // namespace cdra::checkpoint
