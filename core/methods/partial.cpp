// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/partial.h"

#include "core/base/error.h"
#include "core/methods/table.h"

namespace cdra::methods {
namespace {

int block_of(const std::string& name) {
    if (!name.starts_with("blocks.")) return -1;
    return std::stoi(name.substr(std::string_view("blocks.").size()));
}

// The last block of ViT-B/16 and the final norm: 7,089,408. LayerScale stays frozen, as everywhere.
Count count(const checkpoint::VitSpec& spec, const OptionValues& values, const compact::CompactPlan*) {
    const int first = first_partial_block(spec, values);
    Count result;
    for (const auto& matrix : checkpoint::candidate_matrices(spec))
        if (matrix.block >= first) result.matrices += matrix.size();
    for (const auto& vector : checkpoint::tunable_vectors(spec))
        if (trained_partially(vector.name, first)) result.vectors += vector.size;
    return result;
}

} // namespace

int first_partial_block(const checkpoint::VitSpec& spec, const OptionValues& values) {
    const auto blocks = as_integer(values, "blocks");
    if (blocks > spec.depth)
        throw InputError("option 'blocks' is " + std::to_string(blocks) + "; the model has " +
                         std::to_string(spec.depth) + " blocks");
    return spec.depth - static_cast<int>(blocks);
}

bool trained_partially(const std::string& name, int first_block) {
    return name.starts_with("norm.") || block_of(name) >= first_block;
}

const Descriptor& partial_method() {
    static const Descriptor descriptor = [] {
        Descriptor method;
        method.word = "partial";
        method.title = "Partial";
        method.summary = "Trains the last blocks and the final norm.";
        method.options = {{"blocks",
                           OptionType::integer,
                           "1",
                           1,
                           256,
                           {},
                           "How many blocks, counted from the last (Partial-1: 1)."},
                          train_head_option(),
                          head_lr_scale_option()};
        method.count = count;
        method.recipe = {{"drop-path", 0}};
        method.recipe_note = "VPT chooses lr from 1e-4 to 5e-3 and weight decay from 0 to 1e-2 by task.";
        return method;
    }();
    return descriptor;
}

} // namespace cdra::methods
