// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/methods/compact_gradients.h"

#include "core/engine/kernels/narrow_products.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <algorithm>

namespace cdra::engine {
namespace {

using kernels::ConstRows;
using kernels::Rows;
using Layout = AdaptedProduct::Layout;

// Rows of a chunk: x and g of it lie in the second-level cache. Groups add up on their own and are then added in order,
// so that the bits depend on neither the number of threads nor who is faster.
constexpr std::int64_t chunk = 64;
constexpr std::int64_t rows_a_group = 256, most_groups = 16;

// x, chunk by chunk.
class Input {
  public:
    Input(const Layout& layout, const Origin& origin, const Tensor& kept)
        : origin_(origin), width_(layout.kept.defined() ? layout.kept.numel() : layout.in),
          source_(origin ? origin.source.reshape({-1, layout.in}).contiguous() : kept),
          index_(origin && layout.kept.defined() ? layout.kept.const_data_ptr<std::int64_t>() : nullptr) {
        if (origin.kind != Origin::Kind::norm) return;
        const auto own = [&](const Tensor& vector) {
            return (index_ ? vector.index_select(0, layout.kept) : vector).contiguous();
        };
        weight_ = own(origin.weight), bias_ = own(origin.bias);
        mean_ = origin.mean.contiguous(), deviation_ = origin.deviation.contiguous();
    }
    std::int64_t width() const noexcept { return width_; }

    // Rows first … first + count, in `buffer` ([2·chunk, width]) or where they lie.
    ConstRows rows(std::int64_t first, std::int64_t count, Tensor& buffer) const {
        const std::int64_t stride = source_.size(1);
        const float* from = source_.const_data_ptr<float>() + first * stride;
        const bool made = origin_.kind == Origin::Kind::norm || origin_.kind == Origin::Kind::gelu;
        if (!made && index_ == nullptr) return {from, stride};
        float* to = buffer.mutable_data_ptr<float>();
        for (std::int64_t m = 0; m < count; ++m, from += stride, to += width_) {
            if (index_ != nullptr)
                for (std::int64_t e = 0; e < width_; ++e)
                    to[e] = from[index_[e]];
            else
                std::copy_n(from, width_, to);
            if (origin_.kind == Origin::Kind::norm) normalise(first + m, to);
        }
        if (origin_.kind == Origin::Kind::gelu) {
            auto result = buffer.narrow(0, chunk, count);
            at::gelu_out(result, buffer.narrow(0, 0, count));
            return {result.const_data_ptr<float>(), width_};
        }
        return {buffer.const_data_ptr<float>(), width_};
    }

  private:
    void normalise(std::int64_t row, float* x) const {
        Origin::normalise_row(x, width_, mean_.const_data_ptr<float>()[row], deviation_.const_data_ptr<float>()[row],
                              weight_.const_data_ptr<float>(), bias_.const_data_ptr<float>(), x);
    }

    const Origin& origin_;
    std::int64_t width_;
    Tensor source_, weight_, bias_, mean_, deviation_;
    const std::int64_t* index_;
};

} // namespace

CompactGradients compact_gradients(const Layout& layout, const Origin& origin, const Tensor& kept, const Tensor& g,
                                   const Tensor& a, const Tensor& b, const Tensor& known_u, bool with_bias) {
    const Input input(layout, origin, kept);
    const std::int64_t m = g.size(0), out = layout.out, rank = layout.rank, width = input.width();
    const std::int64_t entries = layout.entry_counts.empty() ? 0 : layout.entry_inputs.numel();
    const auto options = g.options();
    const auto kernel = kernels::narrow_products();

    Tensor a_rows;
    if (rank > 0 && !known_u.defined()) // [rank, |R|]
        a_rows = (layout.kept.defined() ? a.index_select(0, layout.kept) : a).t().contiguous();
    const std::int64_t groups = std::clamp<std::int64_t>(m / rows_a_group, 1, most_groups);
    const std::int64_t chunks = (m + chunk - 1) / chunk;
    auto sum_a = at::zeros({groups, rank, width}, options), sum_b = at::zeros({groups, rank, out}, options);
    auto sum_entries = at::zeros({groups, entries}, options);
    auto sum_bias = at::zeros({groups, with_bias ? out : 0}, options);
    CompactGradients result;
    if (rank > 0) result.t = at::empty({m, rank}, options);
    float* all_t = rank > 0 ? result.t.mutable_data_ptr<float>() : nullptr;
    const float* all_u = known_u.defined() ? known_u.const_data_ptr<float>() : nullptr;
    const std::vector<float> ones(static_cast<std::size_t>(chunk), 1.0F);

    const auto run = [&](std::int64_t group, Tensor& buffer, std::vector<float>& made_u) {
        float* own_a = sum_a.mutable_data_ptr<float>() + group * rank * width;
        float* own_b = sum_b.mutable_data_ptr<float>() + group * rank * out;
        float* own_entries = sum_entries.mutable_data_ptr<float>() + group * entries;
        const std::int64_t last = (group + 1) * chunks / groups;
        for (std::int64_t c = group * chunks / groups; c < last; ++c) {
            const std::int64_t first = c * chunk, count = std::min(chunk, m - first);
            const ConstRows x = input.rows(first, count, buffer), wide{g.const_data_ptr<float>() + first * out, out};
            if (rank > 0) {
                const float* u = all_u ? all_u + first * rank : made_u.data();
                float* t = all_t + first * rank;
                if (!all_u) kernel.project(count, width, rank, x, {a_rows.const_data_ptr<float>(), width}, {made_u.data(), rank});
                for (const auto& part : layout.parts) {
                    const ConstRows columns{wide.data + part.first_column, out};
                    const std::int64_t span = part.end_column - part.first_column,
                                       at = part.rank_begin * out + part.first_column;
                    kernel.project(count, span, part.rank, columns, {b.const_data_ptr<float>() + at, out},
                                   {t + part.rank_begin, rank});
                    kernel.accumulate(count, span, part.rank, columns, {u + part.rank_begin, rank},
                                      {own_b + at, out});
                }
                kernel.accumulate(count, width, rank, x, {t, rank}, {own_a, width});
            }
            if (with_bias)
                kernel.accumulate(count, out, 1, wide, {ones.data(), 1},
                                  {sum_bias.mutable_data_ptr<float>() + group * out, out});
            if (entries > 0) {
                const std::int32_t *i = layout.entry_kept.const_data_ptr<std::int32_t>(),
                                   *j = layout.entry_outputs.const_data_ptr<std::int32_t>();
                for (std::int64_t row = 0; row < count; ++row)
                    for (std::int64_t e = 0; e < entries; ++e)
                        own_entries[e] += x.data[row * x.stride + i[e]] * wide.data[row * out + j[e]];
            }
        }
    };
    at::parallel_for(0, groups, 1, [&](std::int64_t begin, std::int64_t end) {
        auto buffer = at::empty({2 * chunk, width}, options);
        std::vector<float> made_u(static_cast<std::size_t>(chunk * rank));
        for (std::int64_t group = begin; group < end; ++group)
            run(group, buffer, made_u);
    });
    if (rank > 0) {
        result.a = sum_a.sum(0), result.b = sum_b.sum(0);
        if (layout.scale != 1) result.a.mul_(layout.scale), result.b.mul_(layout.scale);
    }
    if (entries > 0) result.entries = sum_entries.sum(0);
    if (with_bias) result.bias = sum_bias.sum(0);
    return result;
}

} // namespace cdra::engine
