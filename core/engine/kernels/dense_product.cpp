// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/kernels/dense_product.h"

#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

namespace cdra::engine::kernels {
namespace {

using at::Tensor;

using OnednnLinear = Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&, std::string_view,
                            c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);

const std::optional<c10::TypedOperatorHandle<OnednnLinear>>& onednn_linear() {
    static const auto found = [] {
        std::optional<c10::TypedOperatorHandle<OnednnLinear>> typed;
        if (!at::globalContext().hasMKLDNN()) return typed;
        try {
            if (const auto handle = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
                handle && handle->hasKernelForDispatchKey(c10::DispatchKey::CPU))
                typed = handle->typed<OnednnLinear>();
        } catch (const c10::Error&) { // another LibTorch, where it takes something else
        }
        return typed;
    }();
    return found;
}

// Below this many multiplications what oneDNN does before it begins is longer than the product.
constexpr std::int64_t least_work = std::int64_t{1} << 20;

bool by_onednn(const Tensor& x, const Tensor& weight, std::int64_t rows, std::int64_t in, std::int64_t out) {
    return forms().dense == DenseLibrary::onednn && rows * in * out >= least_work && x.device().is_cpu() &&
           weight.device().is_cpu() && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
           !at::autocast::is_autocast_enabled(at::kCPU) && has_onednn();
}

// x [m, in] · weight [out, in]ᵀ; either may be any view.
Tensor call(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias) {
    const at::AutoDispatchBelowADInplaceOrView below; // it has no gradient of its own
    // oneDNN takes a weight as it lies. One with gaps between its rows would be multiplied by its reference, value by value.
    const bool dense = weight.is_contiguous() || weight.t().is_contiguous();
    return onednn_linear()->call(x, dense ? weight : weight.contiguous(), bias, "none", c10::List<std::optional<at::Scalar>>(), "");
}

class OnednnFunction : public torch::autograd::Function<OnednnFunction> {
  public:
    static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x, const Tensor& weight,
                          const std::optional<Tensor>& bias) {
        context->saved_data["bias"] = bias.has_value(); // has no place among the inputs where it is none
        // Only the gradient of the weight needs x, only that of x the weight.
        context->save_for_backward({weight.requires_grad() ? x : Tensor{}, x.requires_grad() ? weight : Tensor{}});
        return call(x, weight, bias);
    }
    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto& g = gradients[0];
        torch::autograd::variable_list result(3);
        if (context->needs_input_grad(0)) result[0] = dense_product(g, saved[1]);
        if (context->needs_input_grad(1)) result[1] = dense_product(g.t(), saved[0]);
        if (context->saved_data["bias"].toBool() && context->needs_input_grad(2)) result[2] = g.sum(0);
        return result;
    }
};

} // namespace

bool has_onednn() noexcept {
    return onednn_linear().has_value();
}

Tensor dense_linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const std::int64_t out = weight.size(0), in = weight.size(1);
    if (in == 0 || !by_onednn(x, weight, x.numel() / in, in, out)) return at::linear(x, weight, bias);
    auto shape = x.sizes().vec();
    shape.back() = out;
    const auto rows = x.reshape({-1, in});
    const std::optional<Tensor> with = bias.defined() ? std::optional(bias) : std::nullopt;
    const bool tracked = at::GradMode::is_enabled() &&
                         (x.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad()));
    return (tracked ? OnednnFunction::apply(rows, weight, with) : call(rows, weight, with)).view(shape);
}

Tensor dense_product(const Tensor& a, const Tensor& b) {
    const at::NoGradGuard no_gradient;
    return by_onednn(a, b, a.size(0), a.size(1), b.size(1)) ? call(a, b.t(), std::nullopt) : at::mm(a, b);
}

} // namespace cdra::engine::kernels
