// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/table.h"

namespace cdra::methods {
namespace {

Count count(const checkpoint::VitSpec&, const OptionValues&, const compact::CompactPlan*) { return {}; }

} // namespace

// The head is all there is to train, hence no --train-head.
const Descriptor& linear_method() {
    static const Descriptor descriptor{"linear",
                                       "Linear",
                                       "Trains the classification head on frozen features.",
                                       false,
                                       true,
                                       {head_lr_scale_option()},
                                       nullptr,
                                       count};
    return descriptor;
}

} // namespace cdra::methods
