// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Linear: the head on frozen features.
#include "core/engine/methods/table.h"
#include "core/engine/methods/whole_tensors.h"

namespace cdra::engine {

std::unique_ptr<Method> make_linear(const MethodContext& context) {
    return std::make_unique<WholeTensorMethod>(context.model, head_names(context),
                                               head_lr_scale(context.options));
}

} // namespace cdra::engine
