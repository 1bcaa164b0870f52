// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/methods/spt.h"
#include "core/methods/table.h"

namespace cdra::methods {
namespace {

Count count(const checkpoint::VitSpec&, const OptionValues& values, const compact::CompactPlan* plan) {
    if (plan == nullptr)
        throw InputError("method spt-lora needs a plan, none was given; train with --sensitivity S.h5");
    return spt_count(values, *plan);
}

compact::CompactPlan make_plan(const PlanInputs& inputs, ProgressSink& progress, const std::stop_token& stop,
                               int threads) {
    auto maker = compact::spt_plan_maker("spt-lora", spt_options(compact::SptModule::lora, inputs.values), inputs.options);
    maker.options = inputs.values;
    return compact::make_plan(inputs.map, inputs.options, maker, progress, stop, threads);
}

} // namespace

const Descriptor& spt_lora_method() {
    static const Descriptor descriptor = [] {
        Descriptor method;
        method.word = "spt-lora";
        method.title = "SPT-LoRA";
        method.summary = "Sensitivity decides by matrix: LoRA where many weights are sensitive, else just those weights.";
        method.needs_plan = true;
        method.mergeable = true;
        method.options = spt_option_list({{"rank", OptionType::integer, "8", 1, 4096, {}, "Rank of LoRA in Case 2 (8 or 16 as published)."},
                                          {"case1", OptionType::word, "masked", 0, 0, {"masked", "cdra"},
                                           "What Case 1 does (Table 5): masked tunes the sensitive weights, cdra adapts their compact sub-matrix."},
                                          {"case2", OptionType::word, "lora", 0, 0, {"lora", "cdra"},
                                           "What Case 2 does (Table 5): lora adapts the whole matrix, cdra the compact sub-matrix."}});
        method.count = count;
        method.make_plan = make_plan;
        return method;
    }();
    return descriptor;
}

} // namespace cdra::methods
