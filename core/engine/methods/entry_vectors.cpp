// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/entry_vectors.h"

#include "core/base/error.h"
#include "core/engine/methods/whole_tensors.h"

namespace cdra::engine {

EntryVectors::EntryVectors(Vit& model, std::vector<VectorEntries> vectors) : model_(&model) {
    for (auto& vector : vectors) {
        const auto frozen = model.tensor(vector.name).detach().clone();
        std::vector<std::int64_t> indices(vector.indices.begin(), vector.indices.end());
        for (const auto index : indices)
            if (index >= frozen.numel())
                throw InputError("entries of " + vector.name + ": index " + std::to_string(index) +
                                 " is out of range, expected less than " + std::to_string(frozen.numel()) +
                                 "; the plan was made for another model");
        const auto where = torch::tensor(indices, torch::kInt64).to(frozen.device());
        auto entries = frozen.index_select(0, where).set_requires_grad(true);
        items_.push_back({std::move(vector.name), frozen, where, std::move(entries)});
    }
}

void EntryVectors::begin_forward() const {
    for (const auto& item : items_)
        model_->set_tensor(item.name, in_effect(item));
}

std::vector<Trainable> EntryVectors::trainables() const {
    std::vector<Trainable> result;
    for (const auto& item : items_)
        result.push_back({item.name + ".entries", item.entries, false});
    return result;
}

void EntryVectors::store(job::Adapter& adapter) const {
    for (const auto& item : items_)
        adapter.whole[item.name] = job::Whole{item.frozen.sizes().vec(), float_values(in_effect(item))};
}

void EntryVectors::load(const job::Adapter& adapter) {
    const torch::NoGradGuard no_grad;
    for (auto& item : items_) {
        const auto found = adapter.whole.find(item.name);
        if (found == adapter.whole.end())
            throw InputError("adapter has no tensor '" + item.name + "', which this method trains in part");
        auto whole = torch::empty_like(item.frozen);
        assign(whole, found->second.values, item.name);
        item.entries.copy_(whole.index_select(0, item.indices));
    }
}

void EntryVectors::release() const {
    const torch::NoGradGuard no_grad;
    for (const auto& item : items_)
        model_->set_tensor(item.name, in_effect(item).clone());
}

} // namespace cdra::engine
