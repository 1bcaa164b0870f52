// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// GPS: single weights of every product, the patch embedding included, and the biases of products.
#include "core/engine/methods/plan_parts.h"
#include "core/engine/methods/table.h"

namespace cdra::engine {

std::unique_ptr<Method> make_gps(const MethodContext& context) {
    return std::make_unique<ProductMethod>(context.model, plan_parts(context, Start::zero));
}

} // namespace cdra::engine
