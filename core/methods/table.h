// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The descriptors, one a file; table.cpp lists them.
#pragma once

#include "core/methods/descriptor.h"

namespace cdra::methods {

const Descriptor& full_method();
const Descriptor& linear_method();
const Descriptor& bias_method();
const Descriptor& lora_method();
const Descriptor& cdra_method();
const Descriptor& spt_lora_method();
const Descriptor& spt_adapter_method();
const Descriptor& gps_method();
const Descriptor& partial_method();
const Descriptor& mlp3_method();
const Descriptor& vpt_shallow_method();
const Descriptor& vpt_deep_method();
const Descriptor& adapter_method();
const Descriptor& noah_method();

// Options that several methods have.
Option train_head_option();    // --train-head, true
Option head_lr_scale_option(); // --head-lr-scale, 1

} // namespace cdra::methods
