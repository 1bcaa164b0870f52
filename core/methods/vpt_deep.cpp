// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/table.h"
#include "core/methods/vpt.h"

namespace cdra::methods {
namespace {

Count count(const checkpoint::VitSpec& spec, const OptionValues& values, const compact::CompactPlan*) {
    Count result;
    result.other = as_integer(values, "prompt-length") * spec.dim * spec.depth; // ViT-B/16: 9,216·p
    return result;
}

} // namespace

const Descriptor& vpt_deep_method() {
    static const Descriptor descriptor = [] {
        Descriptor method = vpt_method();
        method.word = "vpt-deep";
        method.title = "VPT-Deep";
        method.summary =
            "Adds trained prompt tokens to the input of every block, in place of the block's before.";
        method.count = count;
        return method;
    }();
    return descriptor;
}

} // namespace cdra::methods
