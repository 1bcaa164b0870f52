// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// SPT-LoRA: a plan whose Case 2 matrices have the whole matrix as their box and whose Case 1 matrices are masked,
// with dropout and drop path on LoRA's branch.
#include "core/engine/methods/plan_parts.h"
#include "core/engine/methods/table.h"

namespace cdra::engine {

std::unique_ptr<Method> make_spt_lora(const MethodContext& context) {
    auto parts = plan_parts(context, context.options.at("init") == "published" ? Start::published : Start::zero);
    parts.dropout = methods::as_real(context.options, "dropout");
    parts.dropout_on_proj = false;
    parts.branch_drop_path = methods::as_real(context.options, "branch-drop-path");
    return std::make_unique<ProductMethod>(context.model, std::move(parts));
}

} // namespace cdra::engine
