// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/methods/origin.h"

#include "core/engine/methods/masked_loops.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

namespace cdra::engine {
namespace {

constexpr std::int64_t chunk = 64; // rows

// (x − mean)·deviation·weight + bias of the given columns, in one pass.
Tensor normalised(const Tensor& x, const Tensor& mean, const Tensor& deviation, const Tensor& weight,
                  const Tensor& bias) {
    const std::int64_t rows = x.size(0), n = x.size(1);
    auto result = at::empty({rows, n}, x.options());
    const float *from = x.const_data_ptr<float>(), *m = mean.const_data_ptr<float>(),
                *d = deviation.const_data_ptr<float>(), *w = weight.const_data_ptr<float>(),
                *b = bias.const_data_ptr<float>();
    float* to = result.mutable_data_ptr<float>();
    at::parallel_for(0, rows, chunk, [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row)
            Origin::normalise_row(from + row * n, n, m[row], d[row], w, b, to + row * n);
    });
    return result;
}

} // namespace

Tensor Origin::make(const Tensor& columns, at::ScalarType type) const {
    const auto all = source.reshape({-1, source.size(-1)});
    const auto x = columns.defined() ? take_columns(all, columns) : all.contiguous();
    if (kind == Kind::gelu) return at::gelu(x).to(type);
    if (kind != Kind::norm) return x.to(type);
    const auto m = mean.reshape({-1, 1}), d = deviation.reshape({-1, 1});
    const auto own = [&](const Tensor& vector) {
        return columns.defined() ? vector.index_select(0, columns) : vector;
    };
    if (x.is_cpu() && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat)
        return normalised(x, m.contiguous(), d.contiguous(), own(weight).contiguous(), own(bias).contiguous()).to(type);
    return x.sub(m).mul_(d).mul_(own(weight)).add_(own(bias)).to(type);
}

} // namespace cdra::engine
