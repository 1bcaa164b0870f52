// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// How strongly every token looks at every other, head by head: what the fused attention of the forward pass never
// writes down.
#pragma once

#include "core/engine/model/vit.h"

#include <optional>
#include <vector>

namespace cdra::engine {

// Stands before another adaptation and does what that one does; beside it keeps the attention weights of every block,
// softmax(q·kᵀ/√d_head), computed again from the very q and k that the block uses. For one forward pass; one thread.
class AttentionWatch final : public Adaptation {
  public:
    AttentionWatch(const Vit& model, Adaptation& inner) : model_(model), inner_(inner) {}

    Tensor project(int block, Projection which, const Tensor& x, const Linear& frozen) override;
    bool adapts_patches() const override { return inner_.adapts_patches(); }
    Tensor normalise(const std::string& name, const Tensor& x, const Tensor& weight, const Tensor& bias,
                     double epsilon) override {
        return inner_.normalise(name, x, weight, bias, epsilon);
    }
    Tensor activate(int block, const Tensor& hidden) override { return inner_.activate(block, hidden); }
    Tensor before_block(int block, const Tensor& x) override { return inner_.before_block(block, x); }
    Tensor after_attention(int block, const Tensor& input, const Tensor& hidden) override {
        return inner_.after_attention(block, input, hidden);
    }
    Tensor after_mlp(int block, const Tensor& input, const Tensor& hidden) override {
        return inner_.after_mlp(block, input, hidden);
    }
    Tensor without_prompts(int block, const Tensor& x) const override { return inner_.without_prompts(block, x); }
    Tensor classify(const Tensor& features, const Linear& head) override { return inner_.classify(features, head); }

    // Of the model's own tokens (class token, registers, patches): a method's prompts are taken out of queries and keys,
    // so that a row may sum to less than 1, the rest being what the prompts get.
    // [blocks, B, heads, tokens, tokens]; `query` picks one query token: [blocks, B, heads, 1, tokens].
    Tensor weights(std::optional<std::int64_t> query = {}) const;

  private:
    const Vit& model_;
    Adaptation& inner_;
    std::vector<Tensor> blocks_; // [B, heads, tokens and prompts, tokens and prompts]
};

} // namespace cdra::engine
