// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/adapted_product.h"

#include "core/engine/kernels/dense_product.h"
#include "core/engine/methods/compact_gradients.h"
#include "core/engine/methods/low_rank_rows.h"
#include "core/engine/methods/masked_loops.h"
#include "core/engine/methods/merged_weight.h"

#include <ATen/autocast_mode.h>
#include <algorithm>
#include <optional>
#include <set>
#include <torch/autograd.h>

namespace cdra::engine {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Layout = AdaptedProduct::Layout;
using kernels::ProductForm;

// Beyond this share of the inputs a gathered copy saves nothing worth its time: x itself is kept.
constexpr double keep_all_above = 0.9;

at::ScalarType compute_type(const Tensor& x) {
    const auto device = x.device().type();
    return at::autocast::is_autocast_enabled(device) ? at::autocast::get_autocast_dtype(device)
                                                     : x.scalar_type();
}

bool use_loops(const Layout& layout, const Tensor& x) {
    if (layout.path == AdaptedProduct::MaskedPath::box) return false;
    return x.is_cpu() && x.scalar_type() == at::kFloat;
}

ProductForm form_of(const Layout& layout, const Tensor& x) {
    if (!x.is_cpu() || x.scalar_type() != at::kFloat) return ProductForm::branch; // a small A·B is rounded away in bfloat16
    return layout.form.value_or(kernels::forms().product(x.size(0), layout.in, layout.out));
}

// A and B of all parts side by side, zero outside their rows and columns: q, k and v stay one product.
std::pair<Tensor, Tensor> spread(const Layout& layout, at::TensorList leaves, at::ScalarType type) {
    const auto options = leaves[0].options().dtype(type).requires_grad(false);
    auto a = at::zeros({layout.in, layout.rank}, options);
    auto b = at::zeros({layout.rank, layout.out}, options);
    for (std::size_t i = 0; i < layout.parts.size(); ++i) {
        const auto& part = layout.parts[i];
        auto left = a.narrow(1, part.rank_begin, part.rank);
        if (part.rows.defined())
            left.index_copy_(0, part.rows, leaves[2 * i].to(type));
        else
            left.copy_(leaves[2 * i]);
        b.narrow(0, part.rank_begin, part.rank).index_copy_(1, part.columns, leaves[2 * i + 1].to(type));
    }
    return {a, b};
}

Tensor masked_values(const Layout& layout, at::TensorList leaves, at::ScalarType type) {
    const auto values = leaves.slice(2 * layout.parts.size());
    return values.size() == 1 ? values[0].detach().to(type) : at::cat(values).to(type);
}

Tensor box(const Layout& layout, const Tensor& values) {
    return at::zeros({layout.box_rows.numel() * layout.box_columns.numel()}, values.options())
        .index_copy_(0, layout.box_flat, values)
        .view({layout.box_rows.numel(), layout.box_columns.numel()});
}

// y = x·Wᵀ + b + the parts; gives u (not if merged) and the spread tensors for the backward pass.
struct Computed {
    Tensor y, u, a, b, values;
};
Tensor frozen_product(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias) {
    return kernels::dense_linear(x, weight, bias ? bias->to(x.scalar_type()) : Tensor{});
}
Computed compute(const Layout& layout, const Tensor& x, const Tensor& weight,
                 const std::optional<Tensor>& bias, at::TensorList leaves) {
    Computed result;
    const auto type = x.scalar_type();
    if (layout.rank > 0) std::tie(result.a, result.b) = spread(layout, leaves, type);
    if (!layout.entry_counts.empty()) result.values = masked_values(layout, leaves, type);
    const ProductForm form = form_of(layout, x);
    if (form == ProductForm::merged) {
        result.y = frozen_product(x, merged_weight(layout, weight, result.a, result.b, result.values), bias);
        return result;
    }
    result.y = frozen_product(x, weight, bias);
    if (layout.rank > 0 && form == ProductForm::narrow) {
        result.u = add_low_rank(layout, x, result.a, result.b, result.y);
    } else if (layout.rank > 0) {
        result.u = at::mm(x, result.a);
        result.y.addmm_(result.u, result.b, 1, layout.scale);
    }
    if (result.values.defined()) {
        if (use_loops(layout, x))
            add_masked(x, layout.entry_inputs, layout.entry_outputs, result.values, result.y);
        else
            result.y.index_add_(1, layout.box_columns,
                                at::mm(take_columns(x, layout.box_rows), box(layout, result.values)));
    }
    return result;
}

Tensor weight_in(const Layout& layout, const Tensor& weight, at::ScalarType type) {
    if (weight.scalar_type() == type) return weight;
    if (!layout.weight_cast.defined() || layout.weight_cast.scalar_type() != type)
        layout.weight_cast = weight.detach().to(type);
    return layout.weight_cast;
}

class CompactFunction : public torch::autograd::Function<CompactFunction> {
  public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                          const std::optional<Tensor>& bias, at::TensorList leaves,
                          const c10::intrusive_ptr<Layout>& layout, const Origin& origin) {
        const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
        const auto rows = x.reshape({-1, layout->in}).contiguous();
        auto computed = compute(*layout, rows, weight, bias, leaves);
        Tensor kept;
        if (!origin) kept = layout->kept.defined() ? take_columns(rows, layout->kept) : rows;
        context->save_for_backward({kept, computed.u, computed.a, computed.b, computed.values, weight, origin.source,
                                    origin.mean, origin.deviation, origin.weight, origin.bias});
        context->saved_data["layout"] = c10::IValue::make_capsule(layout);
        context->saved_data["origin"] = static_cast<std::int64_t>(origin.kind);
        context->saved_data["type"] = rows.scalar_type();
        auto shape = x.sizes().vec();
        context->saved_data["shape"] = shape;
        context->saved_data["bias"] = bias.has_value();
        shape.back() = layout->out;
        return computed.y.view(shape);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
        const auto holder =
            c10::static_intrusive_pointer_cast<Layout>(context->saved_data["layout"].toCapsule());
        const Layout& layout = *holder;
        const auto saved = context->get_saved_variables();
        const Tensor &a = saved[2], &b = saved[3], &values = saved[4], &weight = saved[5];
        const Origin origin{static_cast<Origin::Kind>(context->saved_data["origin"].toInt()), saved[6], saved[7],
                            saved[8], saved[9], saved[10]};
        const auto type = context->saved_data["type"].toScalarType();
        const bool with_bias = context->saved_data["bias"].toBool();
        const auto g = gradients[0].reshape({-1, layout.out}).to(type).contiguous();

        // x, weight, bias (its place exists whether it is there or not), the leaves, layout and origin.
        variable_list result(3);
        const bool wants_bias = with_bias && context->needs_input_grad(2);
        Tensor t;
        if (form_of(layout, g) != ProductForm::branch) {
            const auto gradients_of = compact_gradients(layout, origin, saved[0], g, a, b, saved[1], wants_bias);
            result[2] = gradients_of.bias, t = gradients_of.t;
            if (layout.rank > 0) push_low_rank(layout, gradients_of.a.t(), gradients_of.b, result);
            if (values.defined()) push_entries(layout, gradients_of.entries, result);
        } else {
            if (wants_bias) result[2] = g.sum(0, false, at::kFloat);
            const auto kept = origin ? origin.make(layout.kept, type) : saved[0];
            if (layout.rank > 0) {
                t = at::mm(g, b.t());
                if (layout.scale != 1) t.mul_(layout.scale);
                auto db = at::mm(saved[1].t(), g).to(at::kFloat); // [r, out]
                if (layout.scale != 1) db.mul_(layout.scale);
                push_low_rank(layout, at::mm(kept.t(), t).to(at::kFloat), db, result);
            }
            if (values.defined()) add_masked_gradients(layout, kept, g, result);
        }
        if (context->needs_input_grad(0))
            result[0] = input_gradient(layout, g, t, a, b, values, weight).view(context->saved_data["shape"].toIntVector());
        result.resize(result.size() + 2); // layout and origin
        return result;
    }

  private:
    static Tensor input_gradient(const Layout& layout, const Tensor& g, const Tensor& t, const Tensor& a, const Tensor& b,
                                 const Tensor& values, const Tensor& weight) {
        const ProductForm form = form_of(layout, g);
        if (form == ProductForm::merged) return kernels::dense_product(g, merged_weight(layout, weight, a, b, values));
        auto dx = kernels::dense_product(g, weight);
        if (layout.rank > 0 && form == ProductForm::narrow)
            add_low_rank_gradient(layout, t, a, dx);
        else if (layout.rank > 0)
            dx.addmm_(t, a.t());
        if (values.defined()) {
            if (use_loops(layout, g))
                add_masked(g, layout.entry_outputs, layout.entry_inputs, values, dx);
            else
                dx.index_add_(1, layout.box_rows,
                              at::mm(take_columns(g, layout.box_columns), box(layout, values).t()));
        }
        return dx;
    }

    // da [|R|, r] and db [r, out] of all parts side by side, each part its own.
    static void push_low_rank(const Layout& layout, const Tensor& da, const Tensor& db, variable_list& result) {
        for (const auto& part : layout.parts) {
            const auto left = da.narrow(1, part.rank_begin, part.rank);
            result.push_back(part.kept_rows.defined() ? left.index_select(0, part.kept_rows)
                                                      : left.contiguous());
            result.push_back(db.narrow(0, part.rank_begin, part.rank).index_select(1, part.columns));
        }
    }

    static void add_masked_gradients(const Layout& layout, const Tensor& kept, const Tensor& g,
                                     variable_list& result) {
        Tensor all;
        if (use_loops(layout, g))
            all = masked_gradient(kept, layout.entry_kept, g, layout.entry_outputs);
        else {
            const auto x = layout.box_kept_rows.defined() ? take_columns(kept, layout.box_kept_rows) : kept;
            all = at::mm(x.t(), take_columns(g, layout.box_columns))
                      .flatten()
                      .index_select(0, layout.box_flat)
                      .to(at::kFloat);
        }
        push_entries(layout, all, result);
    }

    static void push_entries(const Layout& layout, const Tensor& all, variable_list& result) {
        std::int64_t begin = 0;
        for (const auto count : layout.entry_counts) {
            result.push_back(all.narrow(0, begin, count).clone());
            begin += count;
        }
    }
};

Tensor int64_tensor(const std::vector<std::int64_t>& values, const torch::Device& device) {
    return torch::tensor(values, torch::kInt64).to(device);
}

std::vector<std::int64_t> to_vector(const Tensor& indices) {
    const auto flat = indices.to(torch::kCPU, torch::kInt64).contiguous();
    const auto* data = flat.const_data_ptr<std::int64_t>();
    return {data, data + flat.numel()};
}

// Position of every value within the sorted list.
std::vector<std::int64_t> positions(const std::vector<std::int64_t>& values,
                                    const std::vector<std::int64_t>& sorted) {
    std::vector<std::int64_t> result;
    result.reserve(values.size());
    for (const auto value : values)
        result.push_back(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
    return result;
}

} // namespace

AdaptedProduct::AdaptedProduct(std::int64_t in, std::int64_t out, std::vector<LowRankPart> low_rank,
                               std::vector<MaskedPart> masked, double scale, MaskedPath path,
                               std::optional<kernels::ProductForm> form)
    : low_rank_(std::move(low_rank)), masked_(std::move(masked)), layout_(c10::make_intrusive<Layout>()) {
    TORCH_CHECK(!low_rank_.empty() || !masked_.empty(), "AdaptedProduct: nothing to adapt");
    auto& layout = *layout_;
    layout.in = in, layout.out = out, layout.scale = scale, layout.path = path, layout.form = form;
    const auto device = low_rank_.empty() ? masked_.front().values.device() : low_rank_.front().a.device();

    std::vector<std::int64_t> entry_inputs, entry_outputs;
    for (const auto& part : masked_) {
        const auto i = to_vector(part.inputs), j = to_vector(part.outputs);
        entry_inputs.insert(entry_inputs.end(), i.begin(), i.end());
        entry_outputs.insert(entry_outputs.end(), j.begin(), j.end());
        layout.entry_counts.push_back(static_cast<std::int64_t>(i.size()));
    }
    std::set<std::int64_t> used(entry_inputs.begin(), entry_inputs.end());
    bool all = false;
    for (const auto& part : low_rank_) {
        if (!part.rows.defined())
            all = true;
        else
            for (const auto row : to_vector(part.rows))
                used.insert(row);
    }
    all = all || static_cast<double>(used.size()) > keep_all_above * static_cast<double>(in);
    const std::vector<std::int64_t> kept(used.begin(), used.end());
    if (!all) layout.kept = int64_tensor(kept, device);

    for (const auto& part : low_rank_) {
        const auto rank = part.a.size(1);
        TORCH_CHECK(part.b.size(0) == rank && part.b.size(1) == part.columns.numel() &&
                        part.a.size(0) == (part.rows.defined() ? part.rows.numel() : in),
                    "AdaptedProduct: shapes of ", part.name);
        const auto columns = to_vector(part.columns);
        const auto [least, most] = std::minmax_element(columns.begin(), columns.end());
        Layout::Part laid{part.rows, part.columns, part.rows, layout.rank, rank,
                          columns.empty() ? 0 : *least, columns.empty() ? 0 : *most + 1};
        if (!all) laid.kept_rows = int64_tensor(positions(to_vector(part.rows), kept), device);
        layout.parts.push_back(std::move(laid));
        layout.rank += rank;
    }
    if (masked_.empty()) return;
    const auto to_int32 = [](const std::vector<std::int64_t>& v) {
        return torch::tensor(v, torch::kInt64).to(torch::kInt32);
    };
    layout.entry_inputs = to_int32(entry_inputs);
    layout.entry_outputs = to_int32(entry_outputs);
    layout.entry_kept = to_int32(all ? entry_inputs : positions(entry_inputs, kept));
    const std::set<std::int64_t> rows(entry_inputs.begin(), entry_inputs.end());
    const std::set<std::int64_t> columns(entry_outputs.begin(), entry_outputs.end());
    const std::vector<std::int64_t> box_rows(rows.begin(), rows.end()),
        box_columns(columns.begin(), columns.end());
    auto flat = positions(entry_inputs, box_rows);
    const auto column = positions(entry_outputs, box_columns);
    for (std::size_t e = 0; e < flat.size(); ++e)
        flat[e] = flat[e] * static_cast<std::int64_t>(box_columns.size()) + column[e];
    layout.box_rows = int64_tensor(box_rows, device);
    layout.box_columns = int64_tensor(box_columns, device);
    layout.box_kept_rows = int64_tensor(all ? box_rows : positions(box_rows, kept), device);
    layout.box_flat = int64_tensor(flat, device);
}

std::int64_t AdaptedProduct::kept_inputs() const noexcept {
    return layout_->kept.defined() ? layout_->kept.numel() : layout_->in;
}

Tensor AdaptedProduct::operator()(const Tensor& x, const Linear& frozen, const Origin& origin) const {
    const auto type = compute_type(x);
    const auto input = x.to(type);
    const auto weight = weight_in(*layout_, frozen.weight, type);
    std::optional<Tensor> bias;
    if (frozen.bias.defined()) bias = frozen.bias;
    variable_list leaves;
    for (const auto& part : low_rank_) {
        leaves.push_back(part.a);
        leaves.push_back(part.b);
    }
    for (const auto& part : masked_)
        leaves.push_back(part.values);
    if (!at::GradMode::is_enabled()) {
        const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
        auto shape = x.sizes().vec();
        shape.back() = layout_->out;
        return compute(*layout_, input.reshape({-1, layout_->in}).contiguous(), weight, bias, leaves)
            .y.view(shape);
    }
    return CompactFunction::apply(input, weight, bias, at::TensorList(leaves), layout_, origin);
}

std::vector<Tensor> saved_for_backward(const Tensor& y) {
    auto* node = dynamic_cast<torch::autograd::CppNode<CompactFunction>*>(y.grad_fn().get());
    TORCH_CHECK(node != nullptr, "saved_for_backward: not the result of an adapted product");
    return node->ctx_.get_saved_variables();
}

} // namespace cdra::engine
