// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// NOAH's parts at work: prompts behind the patches, LoRA on q, k and v together, an adapter on the MLP's
// output. Either of one subnet, or the supernet: tensors of the widest width, of which a subnet uses leading
// slices.
#pragma once

#include "core/engine/methods/added_parts.h"
#include "core/methods/noah.h"

namespace cdra::engine {

class Noah final : public AddedParts {
  public:
    // With a given subnet, exactly its tensors; else the supernet, where every training pass draws a subnet.
    explicit Noah(const MethodContext& context);

    // What the supernet evaluates from now on; at first the widest.
    void use(const methods::Subnet& subnet) { current_ = evaluated_ = subnet; }

    void begin_forward(bool training, std::uint64_t seed) override;
    Tensor before_block(int block, const Tensor& x) override;
    Tensor without_prompts(int block, const Tensor& x) const override;
    Tensor project(int block, Projection which, const Tensor& x, const Linear& frozen) override;
    Tensor after_mlp(int block, const Tensor& input, const Tensor& hidden) override;

  private:
    struct Block {
        Tensor prompts;                      // [p, dim]
        Tensor a, b;                         // [r, dim], [3·dim, r]
        Tensor down, down_bias, up, up_bias; // [w, dim], [w], [dim, w], [dim]
    };
    // Prompts in the sequence when block `block` has run: a block without any leaves those of the one before.
    std::int64_t prompts_after(int block) const;

    methods::SubnetSpace space_;
    bool supernet_;
    methods::Subnet current_, evaluated_;
    std::vector<Block> blocks_;
    double dropout_;
};

} // namespace cdra::engine
