// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/masked_loops.h"

#include <ATen/Parallel.h>
#include <algorithm>

namespace cdra::engine {
namespace {

constexpr std::int64_t chunk = 128; // tokens

} // namespace

Tensor take_columns(const Tensor& x, const Tensor& columns) {
    if (!x.is_cpu() || x.scalar_type() != torch::kFloat32) return x.index_select(1, columns);
    const auto source = x.contiguous();
    const std::int64_t tokens = x.size(0), width = x.size(1), n = columns.numel();
    auto result = at::empty({tokens, n}, x.options());
    const float* from = source.const_data_ptr<float>();
    const std::int64_t* index = columns.const_data_ptr<std::int64_t>();
    float* to = result.mutable_data_ptr<float>();
    at::parallel_for(0, tokens, chunk, [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t m = begin; m < end; ++m)
            for (std::int64_t e = 0; e < n; ++e)
                to[m * n + e] = from[m * width + index[e]];
    });
    return result;
}

void add_masked(const Tensor& x, const Tensor& from, const Tensor& to, const Tensor& v, Tensor& y) {
    TORCH_CHECK(x.is_contiguous() && y.is_contiguous() && x.size(0) == y.size(0),
                "add_masked: contiguous rows expected");
    const std::int64_t tokens = x.size(0), in = x.size(1), out = y.size(1), n = v.numel();
    const float* source = x.const_data_ptr<float>();
    const float* value = v.const_data_ptr<float>();
    const std::int32_t* i = from.const_data_ptr<std::int32_t>();
    const std::int32_t* j = to.const_data_ptr<std::int32_t>();
    float* target = y.mutable_data_ptr<float>();
    at::parallel_for(0, tokens, chunk, [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t m = begin; m < end; ++m) {
            const float* row = source + m * in;
            float* result = target + m * out;
            for (std::int64_t e = 0; e < n; ++e)
                result[j[e]] += row[i[e]] * value[e];
        }
    });
}

Tensor masked_gradient(const Tensor& x, const Tensor& from, const Tensor& g, const Tensor& to) {
    TORCH_CHECK(x.is_contiguous() && g.is_contiguous() && x.size(0) == g.size(0),
                "masked_gradient: contiguous rows expected");
    const std::int64_t tokens = x.size(0), in = x.size(1), out = g.size(1), n = from.numel();
    const std::int64_t chunks = (tokens + chunk - 1) / chunk;
    auto partial = at::zeros({chunks, n}, x.options());
    const float* source = x.const_data_ptr<float>();
    const float* gradient = g.const_data_ptr<float>();
    const std::int32_t* i = from.const_data_ptr<std::int32_t>();
    const std::int32_t* j = to.const_data_ptr<std::int32_t>();
    float* sums = partial.mutable_data_ptr<float>();
    at::parallel_for(0, chunks, 1, [=](std::int64_t first, std::int64_t last) {
        for (std::int64_t c = first; c < last; ++c)
            for (std::int64_t m = c * chunk; m < std::min(tokens, (c + 1) * chunk); ++m)
                for (std::int64_t e = 0; e < n; ++e)
                    sums[c * n + e] += source[m * in + i[e]] * gradient[m * out + j[e]];
    });
    return partial.sum(0);
}

} // namespace cdra::engine
