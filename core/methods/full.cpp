// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/table.h"

namespace cdra::methods {
namespace {

Count count(const checkpoint::VitSpec& spec, const OptionValues&, const compact::CompactPlan*) {
    Count result;
    for (const auto& matrix : checkpoint::candidate_matrices(spec)) result.matrices += matrix.size();
    for (const auto& vector : checkpoint::tunable_vectors(spec)) result.vectors += vector.size;
    result.class_token = spec.class_token ? spec.dim : 0;
    result.other = checkpoint::backbone_parameters(spec) - result.matrices - result.vectors - result.class_token;
    return result;
}

} // namespace

const Descriptor& full_method() {
    static const Descriptor descriptor{"full",
                                       "Full",
                                       "Trains every weight of the model.",
                                       false,
                                       true,
                                       {train_head_option(), head_lr_scale_option()},
                                       nullptr,
                                       count};
    return descriptor;
}

} // namespace cdra::methods
