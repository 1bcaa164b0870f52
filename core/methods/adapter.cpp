// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/adapter.h"

#include "core/methods/table.h"

namespace cdra::methods {
namespace {

// Down and up projection with their biases (ViT-B/16, after the MLP: width 8 156,768, width 12 230,544).
Count count(const checkpoint::VitSpec& spec, const OptionValues& values, const compact::CompactPlan*) {
    const std::int64_t width = as_integer(values, "width"), dim = spec.dim;
    const auto places = static_cast<std::int64_t>(adapter_places(values).size());
    Count result;
    result.other = spec.depth * places * (2 * dim * width + width + dim);
    return result;
}

} // namespace

std::vector<AdapterPlace> adapter_places(const OptionValues& values) {
    const std::string& word = values.at("placement");
    if (word == "after-attention") return {AdapterPlace::after_attention};
    if (word == "both") return {AdapterPlace::after_attention, AdapterPlace::after_mlp};
    if (word == "parallel") return {AdapterPlace::parallel};
    return {AdapterPlace::after_mlp};
}

const Descriptor& adapter_method() {
    static const Descriptor descriptor = [] {
        Descriptor method;
        method.word = "adapter";
        method.title = "Adapter";
        method.summary = "Adds a small bottleneck network to each block.";
        method.mergeable = false;
        method.options = {
            {"width", OptionType::integer, "8", 1, 4096, {}, "Width of the bottleneck (Adapter-8: 8)."},
            {"placement",
             OptionType::word,
             "after-mlp",
             0,
             0,
             {"after-mlp", "after-attention", "both", "parallel"},
             "Where: on the MLP's output, the attention's, both, or beside the MLP on its input."},
            {"activation",
             OptionType::word,
             "quick-gelu",
             0,
             0,
             {"quick-gelu", "gelu", "relu"},
             "Nonlinearity of the bottleneck: quick-gelu is x·sigmoid(1.702·x)."},
            {"branch-scale",
             OptionType::real,
             "1",
             -1000,
             1000,
             {},
             "The bottleneck's output is multiplied by this."},
            {"dropout",
             OptionType::real,
             "0.1",
             0,
             0.99,
             {},
             "Dropout rate within the bottleneck (0 … 0.99)."},
            {"init",
             OptionType::word,
             "zero",
             0,
             0,
             {"zero", "published"},
             "Start: zero (up projection zero, so that step 0 is the pretrained model) or published (Xavier "
             "uniform, "
             "biases normal, 1e-6)."},
            train_head_option(),
            head_lr_scale_option()};
        method.count = count;
        return method;
    }();
    return descriptor;
}

} // namespace cdra::methods
