// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/methods/low_rank_rows.h"

#include "core/engine/kernels/narrow_products.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <algorithm>

namespace cdra::engine {
namespace {

constexpr std::int64_t chunk = 64; // rows; of 3072 floats they fill three quarters of a megabyte

// work(first row, rows, [rank, rows]: the rows' products, transposed, times scale), after make(first row, rows) has filled
// products [M, rank].
template <class Make, class Work>
void by_chunks(const Tensor& products, double scale, Make make, Work work) {
    const std::int64_t rows = products.size(0), rank = products.size(1);
    const float* all = products.const_data_ptr<float>();
    at::parallel_for(0, (rows + chunk - 1) / chunk, 1, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> transposed(static_cast<std::size_t>(chunk * rank));
        for (std::int64_t c = begin; c < end; ++c) {
            const std::int64_t first = c * chunk, count = std::min(chunk, rows - first);
            make(first, count);
            for (std::int64_t m = 0; m < count; ++m)
                for (std::int64_t k = 0; k < rank; ++k)
                    transposed[static_cast<std::size_t>(k * count + m)] = static_cast<float>(scale) * all[(first + m) * rank + k];
            work(first, count, transposed.data());
        }
    });
}

} // namespace

Tensor add_low_rank(const AdaptedProduct::Layout& layout, const Tensor& x, const Tensor& a, const Tensor& b, Tensor& y) {
    const auto kernel = kernels::narrow_products();
    const Tensor a_rows = a.t().contiguous(); // [rank, in]
    Tensor result = at::empty({x.size(0), layout.rank}, x.options());
    const std::int64_t in = layout.in, out = layout.out, rank = layout.rank;
    const float *from = x.const_data_ptr<float>(), *left = a_rows.const_data_ptr<float>(), *right = b.const_data_ptr<float>();
    float *u = result.mutable_data_ptr<float>(), *to = y.mutable_data_ptr<float>();
    by_chunks(
        result, layout.scale,
        [&](std::int64_t first, std::int64_t count) {
            kernel.project(count, in, rank, {from + first * in, in}, {left, in}, {u + first * rank, rank});
        },
        [&](std::int64_t first, std::int64_t count, const float* own) {
            for (const auto& part : layout.parts)
                kernel.accumulate(part.rank, part.end_column - part.first_column, count,
                                  {right + part.rank_begin * out + part.first_column, out}, {own + part.rank_begin * count, count},
                                  {to + first * out + part.first_column, out});
        });
    return result;
}

void add_low_rank_gradient(const AdaptedProduct::Layout& layout, const Tensor& t, const Tensor& a, Tensor& dx) {
    const auto kernel = kernels::narrow_products();
    const Tensor a_rows = a.t().contiguous();
    const std::int64_t in = layout.in;
    const float* left = a_rows.const_data_ptr<float>();
    float* to = dx.mutable_data_ptr<float>();
    by_chunks(
        t, layout.scale, [](std::int64_t, std::int64_t) {},
        [&](std::int64_t first, std::int64_t count, const float* own) {
            kernel.accumulate(layout.rank, in, count, {left, in}, {own, count}, {to + first * in, in});
        });
}

} // namespace cdra::engine
