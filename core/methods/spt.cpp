// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/spt.h"

#include "core/methods/table.h"

namespace cdra::methods {

compact::SptOptions spt_options(compact::SptModule module, const OptionValues& values) {
    compact::SptOptions options;
    options.module = module;
    options.rank = static_cast<std::uint32_t>(as_integer(values, "rank"));
    options.alpha_divisor = as_real(values, "alpha-divisor");
    if (module == compact::SptModule::lora) {
        options.case1_compact = values.at("case1") == "cdra";
        options.case2_compact = values.at("case2") == "cdra";
    }
    return options;
}

Count spt_count(const OptionValues& values, const compact::CompactPlan& plan) {
    Count result;
    result.matrices = static_cast<std::int64_t>(plan.matrix_parameters());
    if (as_bool(values, "tune-vectors")) result.vectors = static_cast<std::int64_t>(plan.vector_parameters());
    if (as_bool(values, "class-token") && plan.options.class_token) result.class_token = plan.class_token_parameters;
    return result;
}

std::vector<Option> spt_option_list(std::vector<Option> first) {
    std::vector<Option> rest = {
        {"alpha-divisor", OptionType::real, "10", 0.001, 1e6, {},
         "A matrix with fewer sensitive weights than the module's parameters divided by this tunes those weights alone "
         "(Case 1), others get the module (Case 2)."},
        {"dropout", OptionType::real, "0.1", 0, 0.99, {}, "Dropout rate on the module's input, not in attn.proj (0 … 0.99)."},
        {"branch-drop-path", OptionType::real, "0.1", 0, 0.99, {}, "Drop-path rate on the module's output, by image (0 … 0.99)."},
        {"init", OptionType::word, "zero", 0, 0, {"zero", "published"},
         "Start of the module's two layers: zero (the second is zero, so that step 0 is the pretrained model) or published "
         "(both normal, 0.02)."},
        {"tune-vectors", OptionType::boolean, "true", 0, 0, {},
         "Tune norm and bias vectors that are sensitive in at least 1/beta of their entries, and single entries of other biases."},
        {"class-token", OptionType::boolean, "true", 0, 0, {}, "Tune the class token."},
        train_head_option(),
        head_lr_scale_option()};
    first.insert(first.end(), rest.begin(), rest.end());
    return first;
}

} // namespace cdra::methods
