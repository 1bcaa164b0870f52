// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Partial: the last blocks and the final norm.
#include "core/methods/partial.h"

#include "core/engine/methods/table.h"
#include "core/engine/methods/whole_tensors.h"

namespace cdra::engine {

std::unique_ptr<Method> make_partial(const MethodContext& context) {
    const auto& spec = context.model.spec();
    const int first = methods::first_partial_block(spec, context.options);
    std::vector<std::string> names;
    for (const auto& matrix : checkpoint::candidate_matrices(spec)) {
        if (matrix.block < first || matrix.kind == 1 || matrix.kind == 2) continue;
        // q, k and v are views of one fused weight: that one is the leaf.
        names.push_back(matrix.kind == 0 ? "blocks." + std::to_string(matrix.block) + ".attn.qkv.weight"
                                         : matrix.name + ".weight");
    }
    for (const auto& vector : checkpoint::tunable_vectors(spec))
        if (methods::trained_partially(vector.name, first)) names.push_back(vector.name);
    for (auto& name : head_names(context))
        names.push_back(std::move(name));
    return std::make_unique<WholeTensorMethod>(context.model, names, head_lr_scale(context.options));
}

} // namespace cdra::engine
