// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/lora.h"

#include "core/base/error.h"
#include "core/methods/table.h"

#include <algorithm>

namespace cdra::methods {
namespace {

// In the order of checkpoint::matrix_kinds.
constexpr std::string_view target_words[] = {"q", "k", "v", "proj", "fc1", "fc2"};

Count count(const checkpoint::VitSpec& spec, const OptionValues& values, const compact::CompactPlan*) {
    const std::vector<int> kinds = lora_target_kinds(values);
    const std::int64_t rank = as_integer(values, "rank");
    Count result;
    for (const auto& matrix : checkpoint::candidate_matrices(spec))
        if (std::find(kinds.begin(), kinds.end(), matrix.kind) != kinds.end())
            result.matrices += rank * (matrix.in + matrix.out);
    return result;
}

void finish(OptionValues& values) {
    if (as_real(values, "alpha") == 0) values["alpha"] = values.at("rank");
}

} // namespace

std::vector<int> lora_target_kinds(const OptionValues& values) {
    std::vector<int> kinds;
    const std::vector<std::string> words = as_words(values, "targets");
    for (int kind = 0; kind < 6; ++kind)
        if (std::any_of(words.begin(), words.end(),
                        [&](const std::string& word) { return word == "all" || word == target_words[kind]; }))
            kinds.push_back(kind);
    if (kinds.empty()) throw InputError("targets: no matrix is named; expected some of q, k, v, proj, fc1, fc2, or all");
    return kinds;
}

const Descriptor& lora_method() {
    static const Descriptor descriptor{
        "lora",
        "LoRA",
        "Adds a low-rank product to whole weight matrices.",
        false,
        true,
        {{"rank", OptionType::integer, "8", 1, 4096, {}, "Rank of the product A·B (1 … 4096)."},
         {"targets",
          OptionType::words,
          "q,v",
          0,
          0,
          {"q", "k", "v", "proj", "fc1", "fc2", "all"},
          "Which matrices of each block are adapted, separated by commas."},
         {"alpha", OptionType::real, "0", 0, 65536, {}, "The product is scaled by alpha / rank; 0: alpha = rank, no scaling."},
         {"dropout", OptionType::real, "0", 0, 0.99, {}, "Dropout rate on the input of A (0 … 0.99)."},
         train_head_option(),
         head_lr_scale_option()},
        finish,
        count};
    return descriptor;
}

} // namespace cdra::methods
