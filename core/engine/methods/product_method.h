// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What LoRA and CDRA share: low-rank and masked changes of the frozen products, and whole tensors beside
// them.
#pragma once

#include "core/engine/methods/adapted_product.h"
#include "core/engine/methods/entry_vectors.h"
#include "core/engine/methods/method.h"
#include "core/engine/methods/whole_tensors.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdra::engine {

// One matrix's adaptation, before q, k and v become one product.
struct LowRankMatrix {
    checkpoint::MatrixShape shape;
    std::vector<std::uint32_t> rows, columns; // empty rows: all of them; columns always listed
    Tensor a, b;                              // float32 on the CPU: start values
};
struct MaskedMatrix {
    checkpoint::MatrixShape shape;
    std::vector<std::uint32_t> indices; // flat, of [out, in]
};

// Which product a matrix is computed in, and where its outputs begin there. Kind −1: the patch embedding.
Projection projection_of(int kind) noexcept;
std::int64_t first_output(const checkpoint::MatrixShape& shape) noexcept;

class ProductMethod : public Method {
  public:
    struct Parts {
        std::vector<LowRankMatrix> low_rank;
        std::vector<MaskedMatrix> masked;
        std::vector<std::string> whole;
        std::vector<VectorEntries> entries;
        double scale = 1;   // of A·B
        double dropout = 0; // on the input of A, while training
        bool dropout_on_proj = true;
        double branch_drop_path = 0; // on A·B's output, by image and matrix, while training
        double head_lr_scale = 1;
    };
    ProductMethod(Vit& model, Parts parts);

    bool adapts_patches() const override { return products_.contains({-1, Projection::patch}); }
    Tensor project(int block, Projection which, const Tensor& x, const Linear& frozen) override;
    // They remember what they made their result of, for the product that takes it.
    Tensor normalise(const std::string& name, const Tensor& x, const Tensor& weight, const Tensor& bias,
                     double epsilon) override;
    Tensor activate(int block, const Tensor& hidden) override;
    void begin_forward(bool training, std::uint64_t seed) override;
    std::vector<Trainable> trainables() override;
    job::Adapter adapter() const override;
    void load(const job::Adapter& adapter) override;
    void merge(Vit& model) override;

  private:
    Tensor with_noise(const AdaptedProduct& product, std::pair<int, Projection> where, const Tensor& x,
                      const Linear& frozen) const;
    Origin origin_of(Projection which, const Tensor& x);

    Parts parts_; // the start values dropped
    std::map<std::pair<int, Projection>, AdaptedProduct> products_;
    std::map<std::pair<int, Projection>, AdaptedProduct> masked_products_; // their single weights alone, for with_noise
    // The leaves by matrix, in the order of parts_.
    std::vector<LowRankPart> low_rank_;
    std::vector<MaskedPart> masked_;
    WholeTensors whole_;
    EntryVectors entries_;
    bool training_ = false;
    std::uint64_t forward_seed_ = 0;
    Tensor made_;   // the last norm's or GELU's result, until a product takes it
    Origin origin_; // and what it was made of
};

} // namespace cdra::engine
