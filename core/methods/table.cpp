// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/table.h"

#include <array>

namespace cdra::methods {

std::span<const Descriptor* const> all_methods() {
    static const std::array table = {
        &full_method(),   // everything
        &linear_method(), // the head alone
        &mlp3_method(),   // a deeper head
        &partial_method(), // the last blocks
        &bias_method(),   // biases
        &vpt_shallow_method(), // prompts before the first block
        &vpt_deep_method(),    // prompts in every block
        &adapter_method(),     // bottlenecks
        &noah_method(),        // prompts, LoRA and adapters of searched widths
        &lora_method(),   // low-rank change of whole matrices
        &cdra_method(),   // low-rank change of compact sub-matrices
        &spt_lora_method(),    // by sensitivity: LoRA, or single weights
        &spt_adapter_method(), // by sensitivity: an adapter, or single weights
        &gps_method(),         // single weights of every output
    };
    return table;
}

Option train_head_option() {
    return {"train-head", OptionType::boolean, "true", 0, 0, {}, "Train the classification head too."};
}

Option head_lr_scale_option() {
    return {"head-lr-scale", OptionType::real, "1", 0, 1000, {},
            "Learning rate of the head as a multiple of the recipe's (0 … 1000)."};
}

} // namespace cdra::methods
