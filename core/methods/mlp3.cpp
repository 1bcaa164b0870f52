// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/table.h"

namespace cdra::methods {
namespace {

// Each hidden layer: weight, bias, and the batch norm's two vectors (ViT-B/16: 1,184,256). The last linear is
// the head, which is never counted; running statistics are no parameters.
Count count(const checkpoint::VitSpec& spec, const OptionValues& values, const compact::CompactPlan*) {
    const std::int64_t dim = spec.dim;
    Count result;
    result.other = as_integer(values, "hidden-layers") * (dim * dim + 3 * dim);
    return result;
}

} // namespace

const Descriptor& mlp3_method() {
    static const Descriptor descriptor = [] {
        Descriptor method;
        method.word = "mlp3";
        method.title = "MLP-3";
        method.summary = "Trains a head of several layers on frozen features.";
        method.mergeable = false;
        method.options = {
            {"hidden-layers",
             OptionType::integer,
             "2",
             1,
             16,
             {},
             "Layers of dim → dim, ReLU, batch norm and dropout before the linear head (MLP-3: 2)."},
            {"dropout",
             OptionType::real,
             "0.1",
             0,
             0.99,
             {},
             "Dropout rate after each hidden layer (0 … 0.99)."},
            head_lr_scale_option()};
        method.count = count;
        method.recipe = {{"drop-path", 0}};
        method.recipe_note =
            "VPT trains it with SGD (momentum 0.9), lr and weight decay chosen by task; here AdamW.";
        return method;
    }();
    return descriptor;
}

} // namespace cdra::methods
