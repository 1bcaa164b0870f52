// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// One frozen linear product with compact adapters, as one autograd node:
//     y = x·Wᵀ + b,   y[…, C] += scale·(x[…, R]·A)·B   (Eq. 6),   y[…, j] += x[…, i]·Δw for masked weights.
// In three forms (kernels/forms.h): as it stands here, by LibTorch's products or by loops of our own over chunks of rows,
// or with W + ΔW made for the moment where x has so many rows that making it costs less than passing over y again. For
// the backward pass x[…, R] is kept (the union of the rows in use; x itself once the union is nearly everything), or
// nothing where x can be made again (Origin), and u = x·A unless W + ΔW is made; an input that needs no gradient gets none.
#pragma once

#include "core/engine/kernels/forms.h"
#include "core/engine/methods/origin.h"
#include "core/engine/model/vit.h"

#include <ATen/core/ivalue.h>
#include <optional>
#include <string>
#include <torch/custom_class.h>
#include <vector>

namespace cdra::engine {

// A·B on one matrix of the product.
struct LowRankPart {
    std::string name;
    Tensor rows;    // int64 [d̄], input features; undefined: all, in order
    Tensor columns; // int64 [k̄], outputs of the product (k's and v's are offset in qkv)
    Tensor a, b;    // leaves [d̄, r], [r, k̄], float32
};
// Single weights of one matrix of the product.
struct MaskedPart {
    std::string name;
    Tensor inputs, outputs; // int64 [n]; no pair twice
    Tensor values;          // leaf [n], Δw, float32
};

class AdaptedProduct {
  public:
    // How masked weights are computed: loops over the entries (CPU, float32) or a small dense box
    // (everywhere).
    enum class MaskedPath { automatic, loops, box };

    // `in`, `out`: of the product. Parts may not be empty both. All index tensors are on the leaves' device.
    AdaptedProduct(std::int64_t in, std::int64_t out, std::vector<LowRankPart> low_rank,
                   std::vector<MaskedPart> masked, double scale = 1, MaskedPath path = MaskedPath::automatic,
                   std::optional<kernels::ProductForm> form = std::nullopt); // none: by the table

    // x [B, T, in] (or [M, in]) → [B, T, out]; the frozen bias may require gradients. `origin`: what x was made of.
    Tensor operator()(const Tensor& x, const Linear& frozen, const Origin& origin = {}) const;

    const std::vector<LowRankPart>& low_rank() const noexcept { return low_rank_; }
    const std::vector<MaskedPart>& masked() const noexcept { return masked_; }
    // Inputs kept for the backward pass without an origin: |R|, or `in` where x itself is kept.
    std::int64_t kept_inputs() const noexcept;

    struct Layout; // fixed indices, shared with the autograd nodes
  private:
    std::vector<LowRankPart> low_rank_;
    std::vector<MaskedPart> masked_;
    c10::intrusive_ptr<Layout> layout_;
};

// What the node behind `y` (an AdaptedProduct's result) keeps for the backward pass. For tests and memory
// accounts.
std::vector<Tensor> saved_for_backward(const Tensor& y);

struct AdaptedProduct::Layout : torch::CustomClassHolder {
    std::int64_t in = 0, out = 0, rank = 0;
    double scale = 1;
    MaskedPath path = MaskedPath::automatic;
    std::optional<kernels::ProductForm> form;
    Tensor kept; // int64 sorted inputs that are kept; undefined: all
    struct Part {
        Tensor rows, columns, kept_rows; // kept_rows: positions of `rows` within `kept`; undefined: all
        std::int64_t rank_begin = 0, rank = 0;
        std::int64_t first_column = 0, end_column = 0; // all its columns lie between
    };
    std::vector<Part> parts;
    // All masked entries of the product, one list.
    std::vector<std::int64_t> entry_counts;         // by part
    Tensor entry_inputs, entry_outputs, entry_kept; // int32 on the CPU
    Tensor box_rows, box_columns, box_kept_rows,
        box_flat;               // int64 on the device: the dense box of the entries
    mutable Tensor weight_cast; // the frozen weight in the autocast type, made once
};

} // namespace cdra::engine
