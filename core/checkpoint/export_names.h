// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// How a whole model with a head is called when it is written: the names that the publisher's own
// classification model of this family loads.
#pragma once

#include "core/checkpoint/vit_spec.h"

#include <string>
#include <vector>

namespace cdra::checkpoint {

// One tensor to write: our tensors of these names, stacked along the first dimension (q, k, v where they are
// fused).
struct ExportedTensor {
    std::string name;
    std::vector<std::string> parts;
};

// timm: no prefix, fused qkv. hf: "vit." or "dinov2." before the backbone, "classifier" outside it.
// timm's models with registers hold no position of the class token; Hugging Face's always do (see merge).
std::vector<ExportedTensor> export_names(const VitSpec& spec, Naming naming);

} // namespace cdra::checkpoint
