// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/table.h"

#include "core/base/error.h"

namespace cdra::engine {

std::span<const MethodEntry> method_entries() {
    static constexpr MethodEntry entries[] = {
        {"full", make_full}, {"linear", make_linear}, {"bias", make_bias},
        {"mlp3", make_mlp3}, {"partial", make_partial}, {"vpt-shallow", make_vpt_shallow},
        {"vpt-deep", make_vpt_deep}, {"adapter", make_adapter}, {"noah", make_noah},
        {"lora", make_lora}, {"cdra", make_cdra},
        {"spt-lora", make_spt_lora}, {"spt-adapter", make_spt_adapter}, {"gps", make_gps},
    };
    return entries;
}

std::unique_ptr<Method> make_method(std::string_view word, const MethodContext& context) {
    const auto& descriptor = methods::find_method(word); // the error that lists the known ones
    if (descriptor.needs_plan && context.plan == nullptr)
        throw InputError("method '" + std::string(word) +
                         "' needs a compact plan; give one with --plan P.h5");
    if (descriptor.needs_plan) methods::check_plan_maker(descriptor, *context.plan);
    for (const auto& entry : method_entries())
        if (entry.word == word) return entry.make(context);
    throw InputError("method '" + std::string(word) + "' is described but the engine has no code for it");
}

} // namespace cdra::engine
