// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Vectors of which single entries are trained (SPT's biases below the threshold). Only those entries are leaves:
// the optimiser keeps no state for the others.
#pragma once

#include "core/engine/methods/method.h"

#include <string>
#include <vector>

namespace cdra::engine {

struct VectorEntries {
    std::string name;                   // "blocks.0.attn.q.bias"
    std::vector<std::uint32_t> indices; // sorted
};

class EntryVectors {
  public:
    // Throws InputError for an index beyond the vector.
    EntryVectors(Vit& model, std::vector<VectorEntries> vectors);

    // The model's vectors from the frozen values and the leaves; before every forward pass.
    void begin_forward() const;
    std::vector<Trainable> trainables() const; // "<name>.entries", without weight decay
    void store(job::Adapter& adapter) const;   // whole vectors, as they are in effect
    void load(const job::Adapter& adapter);    // throws InputError naming a vector that is missing
    void release() const;                      // the model keeps the values as plain tensors

  private:
    struct Item {
        std::string name;
        Tensor frozen, indices, entries;
    };
    Tensor in_effect(const Item& item) const { return item.frozen.index_copy(0, item.indices, item.entries); }

    Vit* model_;
    std::vector<Item> items_;
};

} // namespace cdra::engine
