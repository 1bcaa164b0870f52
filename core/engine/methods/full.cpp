// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Full: every weight of the model is trained.
#include "core/engine/methods/table.h"
#include "core/engine/methods/whole_tensors.h"

namespace cdra::engine {

std::unique_ptr<Method> make_full(const MethodContext& context) {
    std::vector<std::string> names;
    for (const auto& name : context.model.tensor_names()) {
        if (name.starts_with("head.")) continue;
        // q, k and v are views of one fused weight: that one is the leaf.
        if (name.ends_with(".attn.q.weight")) {
            names.push_back(name.substr(0, name.size() - std::string_view("q.weight").size()) + "qkv.weight");
            continue;
        }
        if (name.ends_with(".attn.k.weight") || name.ends_with(".attn.v.weight") ||
            name.ends_with(".attn.qkv.weight"))
            continue;
        names.push_back(name);
    }
    for (auto& name : head_names(context))
        names.push_back(std::move(name));
    return std::make_unique<WholeTensorMethod>(context.model, names, head_lr_scale(context.options));
}

} // namespace cdra::engine
