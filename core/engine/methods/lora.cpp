// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// LoRA: the same machinery with every row and every column.
#include "core/methods/lora.h"

#include "core/engine/methods/initial_values.h"
#include "core/engine/methods/product_method.h"
#include "core/engine/methods/table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cdra::engine {

std::unique_ptr<Method> make_lora(const MethodContext& context) {
    const auto rank = methods::as_integer(context.options, "rank");
    const auto alpha = methods::as_real(context.options, "alpha");
    const auto kinds = methods::lora_target_kinds(context.options);
    ProductMethod::Parts parts;
    parts.scale = alpha == 0 ? 1.0 : alpha / static_cast<double>(rank);
    parts.dropout = methods::as_real(context.options, "dropout");
    parts.head_lr_scale = head_lr_scale(context.options);
    parts.whole = head_names(context);
    for (const auto& shape : checkpoint::candidate_matrices(context.model.spec())) {
        if (std::find(kinds.begin(), kinds.end(), shape.kind) == kinds.end()) continue;
        LowRankMatrix matrix{
            shape, {}, std::vector<std::uint32_t>(static_cast<std::size_t>(shape.out)), {}, {}};
        std::iota(matrix.columns.begin(), matrix.columns.end(), 0U);
        matrix.a = uniform_values({shape.in, rank}, 1 / std::sqrt(static_cast<double>(shape.in)),
                                  context.seed, shape.name + ".A");
        matrix.b = torch::zeros({rank, shape.out});
        parts.low_rank.push_back(std::move(matrix));
    }
    return std::make_unique<ProductMethod>(context.model, std::move(parts));
}

} // namespace cdra::engine
