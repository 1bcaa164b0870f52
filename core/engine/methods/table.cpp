// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/table.h"

#include "core/base/error.h"

namespace cdra::engine {

std::span<const MethodEntry> method_entries() {
    static constexpr MethodEntry entries[] = {
        {"full", make_full}, {"linear", make_linear}, {"bias", make_bias},
        {"lora", make_lora}, {"cdra", make_cdra},
    };
    return entries;
}

std::unique_ptr<Method> make_method(std::string_view word, const MethodContext& context) {
    const auto& descriptor = methods::find_method(word); // the error that lists the known ones
    if (descriptor.needs_plan && context.plan == nullptr)
        throw InputError("method '" + std::string(word) +
                         "' needs a compact plan; give one with --plan P.h5");
    for (const auto& entry : method_entries())
        if (entry.word == word) return entry.make(context);
    throw InputError("method '" + std::string(word) + "' is described but the engine has no code for it");
}

} // namespace cdra::engine
