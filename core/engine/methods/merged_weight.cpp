// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/methods/merged_weight.h"

#include "core/engine/kernels/dense_product.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

namespace cdra::engine {

Tensor merged_weight(const AdaptedProduct::Layout& layout, const Tensor& weight, const Tensor& a, const Tensor& b,
                     const Tensor& values) {
    auto merged = weight.detach().clone(at::MemoryFormat::Contiguous);
    float* to = merged.mutable_data_ptr<float>();
    for (const auto& part : layout.parts) {
        auto left = a.narrow(1, part.rank_begin, part.rank);
        if (part.rows.defined()) left = left.index_select(0, part.rows);
        const auto right = b.narrow(0, part.rank_begin, part.rank).index_select(1, part.columns);
        auto change = kernels::dense_product(right.t(), left.t()); // [k̄, d̄], as the weight lies
        if (layout.scale != 1) change.mul_(layout.scale);
        const float* from = change.const_data_ptr<float>();
        const std::int64_t* columns = part.columns.const_data_ptr<std::int64_t>();
        const std::int64_t* rows = part.rows.defined() ? part.rows.const_data_ptr<std::int64_t>() : nullptr;
        const std::int64_t width = change.size(1), in = layout.in;
        at::parallel_for(0, change.size(0), 16, [=](std::int64_t begin, std::int64_t end) {
            for (std::int64_t j = begin; j < end; ++j) {
                float* row = to + columns[j] * in;
                const float* own = from + j * width;
                if (rows == nullptr)
                    for (std::int64_t i = 0; i < width; ++i)
                        row[i] += own[i];
                else
                    for (std::int64_t i = 0; i < width; ++i)
                        row[rows[i]] += own[i];
            }
        });
    }
    if (values.defined()) {
        const float* value = values.const_data_ptr<float>();
        const std::int32_t* i = layout.entry_inputs.const_data_ptr<std::int32_t>();
        const std::int32_t* j = layout.entry_outputs.const_data_ptr<std::int32_t>();
        for (std::int64_t e = 0; e < values.numel(); ++e)
            to[j[e] * layout.in + i[e]] += value[e];
    }
    return merged;
}

} // namespace cdra::engine
