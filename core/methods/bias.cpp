// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/table.h"

namespace cdra::methods {
namespace {

// Every bias: the norms' and the patch embedding's included (ViT-B/16: 102,912).
Count count(const checkpoint::VitSpec& spec, const OptionValues&, const compact::CompactPlan*) {
    Count result;
    for (const auto& vector : checkpoint::tunable_vectors(spec))
        if (vector.name.ends_with(".bias")) result.vectors += vector.size;
    result.vectors += spec.dim; // patch_embed.bias
    return result;
}

} // namespace

const Descriptor& bias_method() {
    static const Descriptor descriptor{"bias",
                                       "Bias",
                                       "Trains every bias, the norms' and the patch embedding's included.",
                                       false,
                                       true,
                                       {train_head_option(), head_lr_scale_option()},
                                       nullptr,
                                       count};
    return descriptor;
}

} // namespace cdra::methods
