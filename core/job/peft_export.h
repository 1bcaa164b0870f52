// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A run's change as a folder that Hugging Face's peft loads: adapter_config.json, adapter_model.safetensors and
// README.md. Low-rank products of parts of a matrix are scattered into zero-filled A and B; single weights become
// the fewest one-hot terms that hold them (compact/mask_cover.h); both are exact. q, k and v of a fused matrix stand
// one below the other in A and on B's diagonal.
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/job/adapter.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace cdra::job {

struct PeftModule { // ΔW = B·A, alpha = rank
    std::int64_t in = 0, out = 0, rank = 0;
    std::vector<float> a; // [rank, in]
    std::vector<float> b; // [out, rank]
};

struct PeftAdapter {
    std::map<std::string, PeftModule> modules; // by the model's own module name, "blocks.0.attn.qkv"
    std::vector<std::string> modules_to_save;  // norms, the head: stored whole, weight and bias
    std::map<std::string, Whole> whole;        // by the model's own tensor name
    bool biases = false;                       // some bias of a linear module is among them
    std::string base_model;                    // base_model_name_or_path
    std::map<std::string, std::string> metadata; // of the compact adapter
    checkpoint::Naming naming = checkpoint::Naming::timm;
    std::string family;
};

// `model`: the checkpoint the adapter was trained on; what is trained in part is completed from it. Throws InputError
// with the reason and what to do instead where a peft LoRA can't say the change.
PeftAdapter peft_adapter(const Adapter& adapter, const checkpoint::Checkpoint& model, checkpoint::Naming naming,
                         const std::string& base_model);
// Throws IoError. The folder is made if it does not exist; its parent must.
void write_peft(const std::filesystem::path& folder, const PeftAdapter& adapter);

} // namespace cdra::job
