// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/table.h"
#include "core/methods/vpt.h"

namespace cdra::methods {
namespace {

Count count(const checkpoint::VitSpec& spec, const OptionValues& values, const compact::CompactPlan*) {
    Count result;
    result.other = as_integer(values, "prompt-length") * spec.dim; // ViT-B/16: 768·p
    return result;
}

} // namespace

Descriptor vpt_method() {
    Descriptor method;
    method.mergeable = false;
    method.options = {
        {"prompt-length",
         OptionType::integer,
         "10",
         1,
         1024,
         {},
         "Prompt tokens p, after the class token (1 … 1024)."},
        {"prompt-dropout", OptionType::real, "0.1", 0, 0.99, {}, "Dropout rate on the prompts (0 … 0.99)."},
        train_head_option(),
        head_lr_scale_option()};
    method.recipe = {{"drop-path", 0}};
    method.recipe_note =
        "VPT trains with SGD (momentum 0.9), lr, weight decay and p chosen by task; here AdamW.";
    return method;
}

const Descriptor& vpt_shallow_method() {
    static const Descriptor descriptor = [] {
        Descriptor method = vpt_method();
        method.word = "vpt-shallow";
        method.title = "VPT-Shallow";
        method.summary = "Adds trained prompt tokens to the input of the first block.";
        method.count = count;
        return method;
    }();
    return descriptor;
}

} // namespace cdra::methods
