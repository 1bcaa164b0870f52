// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// VPT-Shallow, and what VPT-Deep shares with it.
#include "core/engine/methods/initial_values.h"
#include "core/engine/methods/table.h"
#include "core/engine/methods/vpt.h"

#include <cmath>

namespace cdra::engine {

VisualPrompts::VisualPrompts(const MethodContext& context, std::string_view word, bool deep)
    : AddedParts(context, word), length_(methods::as_integer(context.options, "prompt-length")),
      place_(context.model.spec().class_token ? 1 : 0),
      dropout_(methods::as_real(context.options, "prompt-dropout")) {
    const auto& spec = context.model.spec();
    // Xavier's bound as if the prompts were a patch embedding's outputs, as VPT's.
    const double bound =
        std::sqrt(6.0 / (static_cast<double>(spec.channels) * spec.patch * spec.patch + spec.dim));
    for (int block = 0; block < (deep ? spec.depth : 1); ++block) {
        const std::string name = "blocks." + std::to_string(block) + ".prompts";
        prompts_.push_back(add(name, uniform_values({length_, spec.dim}, bound, context.seed, name), true));
    }
}

Tensor VisualPrompts::before_block(int block, const Tensor& x) {
    const auto index = static_cast<std::size_t>(block);
    if (index >= prompts_.size()) return x;
    const auto own = dropped(prompts_[index].unsqueeze(0).expand({x.size(0), -1, -1}), dropout_, index);
    return at::cat(
        {x.narrow(1, 0, place_), own.to(x.scalar_type()), x.slice(1, place_ + (block > 0 ? length_ : 0))}, 1);
}

Tensor VisualPrompts::without_prompts(int, const Tensor& x) const {
    return at::cat({x.narrow(1, 0, place_), x.slice(1, place_ + length_)}, 1);
}

std::unique_ptr<Method> make_vpt_shallow(const MethodContext& context) {
    return std::make_unique<VisualPrompts>(context, "vpt-shallow", false);
}

} // namespace cdra::engine
