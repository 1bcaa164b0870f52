// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Visual prompts: tokens between the class token and the rest.
#pragma once

#include "core/engine/methods/added_parts.h"

namespace cdra::engine {

class VisualPrompts final : public AddedParts {
  public:
    // `deep`: every block has its own, in place of the block's before; else they run through all blocks.
    VisualPrompts(const MethodContext& context, std::string_view word, bool deep);
    Tensor before_block(int block, const Tensor& x) override;
    Tensor without_prompts(int block, const Tensor& x) const override;

  private:
    std::vector<Tensor> prompts_; // [p, dim] by block, or the first block's alone
    std::int64_t length_ = 0, place_ = 0;
    double dropout_ = 0;
};

} // namespace cdra::engine
