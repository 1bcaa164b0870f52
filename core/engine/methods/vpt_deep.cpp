// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// VPT-Deep: prompts of its own in every block.
#include "core/engine/methods/table.h"
#include "core/engine/methods/vpt.h"

namespace cdra::engine {

std::unique_ptr<Method> make_vpt_deep(const MethodContext& context) {
    return std::make_unique<VisualPrompts>(context, "vpt-deep", true);
}

} // namespace cdra::engine
