// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Bias: every bias, the norms' and the patch embedding's included.
#include "core/engine/methods/table.h"
#include "core/engine/methods/whole_tensors.h"

namespace cdra::engine {

std::unique_ptr<Method> make_bias(const MethodContext& context) {
    std::vector<std::string> names;
    for (const auto& name : context.model.tensor_names())
        if (name.ends_with(".bias") && !name.starts_with("head.") && !name.ends_with(".attn.qkv.bias"))
            names.push_back(name);
    for (auto& name : head_names(context))
        names.push_back(std::move(name));
    return std::make_unique<WholeTensorMethod>(context.model, names, head_lr_scale(context.options));
}

} // namespace cdra::engine
