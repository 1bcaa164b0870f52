// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/methods/spt.h"
#include "core/methods/table.h"

namespace cdra::methods {
namespace {

Count count(const checkpoint::VitSpec&, const OptionValues& values, const compact::CompactPlan* plan) {
    if (plan == nullptr)
        throw InputError("method spt-adapter needs a plan, none was given; train with --sensitivity S.h5");
    return spt_count(values, *plan);
}

compact::CompactPlan make_plan(const PlanInputs& inputs, ProgressSink& progress, const std::stop_token& stop,
                               int threads) {
    auto maker = compact::spt_plan_maker("spt-adapter", spt_options(compact::SptModule::adapter, inputs.values), inputs.options);
    maker.options = inputs.values;
    return compact::make_plan(inputs.map, inputs.options, maker, progress, stop, threads);
}

} // namespace

const Descriptor& spt_adapter_method() {
    static const Descriptor descriptor = [] {
        Descriptor method;
        method.word = "spt-adapter";
        method.title = "SPT-Adapter";
        method.summary = "Sensitivity decides by matrix: an adapter on its outputs where many weights are sensitive, else just those weights.";
        method.needs_plan = true;
        method.mergeable = false;
        method.options = spt_option_list({{"rank", OptionType::integer, "8", 1, 4096, {}, "Bottleneck of the adapter in Case 2 (8 or 16 as published)."}});
        method.count = count;
        method.make_plan = make_plan;
        return method;
    }();
    return descriptor;
}

} // namespace cdra::methods
