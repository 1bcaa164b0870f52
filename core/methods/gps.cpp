// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/gps.h"

#include "core/base/error.h"
#include "core/methods/table.h"

namespace cdra::methods {
namespace {

Count count(const checkpoint::VitSpec&, const OptionValues&, const compact::CompactPlan* plan) {
    if (plan == nullptr)
        throw InputError("method gps needs a plan, none was given; train with --sensitivity S.h5 of the contrastive estimator");
    Count result;
    result.matrices = static_cast<std::int64_t>(plan->matrix_parameters());
    result.vectors = static_cast<std::int64_t>(plan->vector_parameters());
    return result;
}

compact::CompactPlan make_plan(const PlanInputs& inputs, ProgressSink& progress, const std::stop_token& stop,
                               int threads) {
    return compact::make_gps_plan(inputs.map, inputs.options,
                                  static_cast<std::uint32_t>(as_integer(inputs.values, "weights-per-output")), progress,
                                  stop, threads);
}

} // namespace

const Descriptor& gps_method() {
    static const Descriptor descriptor = [] {
        Descriptor method;
        method.word = "gps";
        method.title = "GPS";
        method.summary = "Tunes the K weights of every output feature with the largest gradient, and the biases of products.";
        method.needs_plan = true;
        method.selects_itself = true;
        method.options = {{"weights-per-output", OptionType::integer, "1", 1, 4096, {},
                           "K: weights tuned of every output feature (row of a PyTorch weight)."},
                          train_head_option(),
                          head_lr_scale_option()};
        method.count = count;
        method.make_plan = make_plan;
        method.recipe = {{"min-lr", 1e-8}, {"batch-size", 32}, {"weight-decay", 0}};
        method.recipe_note = "GPS chooses lr from 3e-4 to 1e-2 and batches of 16 or 32 by task.";
        return method;
    }();
    return descriptor;
}

} // namespace cdra::methods
