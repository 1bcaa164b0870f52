// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A fine-tuning method at work. One file a method and one line in table.cpp; its descriptor (options, help,
// parameter count) is plain data in core/methods.
#pragma once

#include "core/compact/plan.h"
#include "core/engine/model/vit.h"
#include "core/job/adapter.h"
#include "core/methods/descriptor.h"

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::engine {

struct Trainable {
    std::string name; // "blocks.3.mlp.fc1.A", "head.weight"
    Tensor value;     // a leaf that requires gradients
    bool weight_decay = true;
    double lr_scale = 1; // of the recipe's learning rate (the head's --head-lr-scale)
};

class Method : public Adaptation {
  public:
    // In a fixed order. The head's tensors are among them unless the method freezes it.
    virtual std::vector<Trainable> trainables() = 0;
    // Before every forward pass: `seed` is of this very pass, for methods that draw (LoRA's dropout).
    virtual void begin_forward(bool training, std::uint64_t seed) { (void)training, (void)seed; }
    // What an adapter file needs of this method, taken from the current values. Masked values are Δw.
    virtual job::Adapter adapter() const = 0;
    // Sets the trainables from an adapter (a reload). Throws InputError naming the tensor that does not fit.
    virtual void load(const job::Adapter& adapter) = 0;
    // Folds the change into the model's own tensors; afterwards the model without adaptation gives the same
    // logits. Only for mergeable methods.
    virtual void merge(Vit& model) = 0;
};

struct MethodContext {
    Vit& model;                           // its head is already set
    const methods::OptionValues& options; // resolved
    const compact::CompactPlan* plan = nullptr;
    std::uint64_t seed = 0;
    const std::map<std::string, Tensor>* start = nullptr; // start values made from the data ("….A"), if any
};

struct MethodEntry {
    std::string_view word; // as its descriptor's
    std::unique_ptr<Method> (*make)(const MethodContext& context);
};
std::span<const MethodEntry> method_entries();
// Throws InputError for an unknown word or a missing plan.
std::unique_ptr<Method> make_method(std::string_view word, const MethodContext& context);

} // namespace cdra::engine
