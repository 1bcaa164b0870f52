// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What a compact plan says, as the parts of a ProductMethod: low-rank matrices, single weights, whole vectors,
// single entries of vectors, the class token and the head.
#pragma once

#include "core/engine/methods/product_method.h"

namespace cdra::engine {

enum class Start {
    zero,      // A uniform in ±1/√d̄, B zero: step 0 is the pretrained model
    published, // both normal, 0.02
    gradient   // A from MethodContext::start, B zero
};

// Options "tune-vectors", "class-token", "train-head" and "head-lr-scale" are heeded where the method has them.
// Matrices with Treatment::adapter are left to the caller. Throws InputError where the plan is another model's.
ProductMethod::Parts plan_parts(const MethodContext& context, Start start);

} // namespace cdra::engine
