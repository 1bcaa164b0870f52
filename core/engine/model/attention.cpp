// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model/attention.h"

#include <cmath>
#include <torch/torch.h>

namespace cdra::engine {

Tensor AttentionWatch::project(int block, Projection which, const Tensor& x, const Linear& frozen) {
    const auto product = inner_.project(block, which, x, frozen);
    if (which != Projection::qkv) return product;
    const std::int64_t heads = model_.spec().heads, dim = product.size(-1) / 3;
    const auto parts = product.reshape({product.size(0), product.size(1), 3, heads, dim / heads}).permute({2, 0, 3, 1, 4});
    const auto scores = torch::matmul(parts[0], parts[1].transpose(-2, -1)) / std::sqrt(double(dim / heads));
    blocks_.push_back(scores.softmax(-1));
    return product;
}

Tensor AttentionWatch::weights(std::optional<std::int64_t> query) const {
    std::vector<Tensor> taken;
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
        // [B, heads, queries, keys]: without_prompts() works on the second of three dimensions.
        const auto& all = blocks_[block];
        const auto batch = all.size(0), heads = all.size(1), tokens = all.size(2);
        const auto queries = inner_.without_prompts(int(block), all.permute({0, 2, 1, 3}).reshape({batch, tokens, heads * tokens}));
        const auto kept = queries.size(1);
        const auto keys = inner_.without_prompts(
            int(block), queries.reshape({batch, kept, heads, tokens}).permute({0, 3, 2, 1}).reshape({batch, tokens, heads * kept}));
        auto own = keys.reshape({batch, kept, heads, kept}).permute({0, 2, 3, 1});
        if (query) own = own.narrow(2, *query, 1);
        taken.push_back(own.contiguous());
    }
    return torch::stack(taken);
}

} // namespace cdra::engine
