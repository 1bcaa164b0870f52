// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/methods/descriptor.h"

namespace cdra::methods {

compact::CompactPlan make_plan(const Descriptor& method, const PlanInputs& inputs, ProgressSink& progress,
                               const std::stop_token& stop, int threads) {
    if (!method.needs_plan) throw InputError("method " + std::string(method.word) + " uses no plan");
    if (method.make_plan != nullptr) return method.make_plan(inputs, progress, stop, threads);
    return compact::make_plan(inputs.map, inputs.options, progress, stop, threads);
}

void check_plan_maker(const Descriptor& method, const compact::CompactPlan& plan) {
    if (plan.method != method.word)
        throw InputError("the plan was made for method " + plan.method + ", not for " + std::string(method.word) +
                         "; give the map with --sensitivity S.h5, and the method makes its own");
}

} // namespace cdra::methods
