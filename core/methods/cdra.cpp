// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/methods/table.h"

namespace cdra::methods {
namespace {

// --tune-vectors and --class-token only narrow what the plan offers.
Count count(const checkpoint::VitSpec&, const OptionValues& values, const compact::CompactPlan* plan) {
    if (plan == nullptr)
        throw InputError("method cdra needs a compact plan, none was given; make one with 'cdra plan'");
    Count result;
    result.matrices = static_cast<std::int64_t>(plan->matrix_parameters());
    if (as_bool(values, "tune-vectors")) result.vectors = static_cast<std::int64_t>(plan->vector_parameters());
    if (as_bool(values, "class-token") && plan->options.class_token)
        result.class_token = plan->class_token_parameters;
    return result;
}

} // namespace

const Descriptor& cdra_method() {
    static const Descriptor descriptor{
        "cdra",
        "CDRA",
        "Adds a low-rank product to the compact sub-matrix of sensitive rows and columns of each weight matrix.",
        true,
        true,
        {{"init",
          OptionType::word,
          "zero",
          0,
          0,
          {"zero", "published", "gradient"},
          "Start of A and B: zero (A uniform in ±1/√d̄, B zero, so that step 0 is the pretrained model) or "
          "published (both normal, 0.02), or gradient (A: the leading left singular vectors of the training images' mean "
          "gradient within the box, B zero)."},
         {"tune-vectors", OptionType::boolean, "true", 0, 0, {}, "Tune the norm and bias vectors that the plan chose."},
         {"class-token", OptionType::boolean, "true", 0, 0, {}, "Tune the class token if the plan chose it."},
         train_head_option(),
         head_lr_scale_option()},
        nullptr,
        count};
    return descriptor;
}

} // namespace cdra::methods
