// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// CDRA (Eq. 6): a low-rank product on the compact sub-matrix of each matrix; the few weights of a mask where
// the rank is 0; vectors and the class token that the plan chose.
#include "core/engine/methods/plan_parts.h"
#include "core/engine/methods/table.h"

namespace cdra::engine {

std::unique_ptr<Method> make_cdra(const MethodContext& context) {
    const auto& init = context.options.at("init");
    const Start start = init == "published" ? Start::published : init == "gradient" ? Start::gradient : Start::zero;
    return std::make_unique<ProductMethod>(context.model, plan_parts(context, start));
}

} // namespace cdra::engine
