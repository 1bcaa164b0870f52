// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "core/methods/descriptor.h"

namespace cdra::methods {

// Where a block's bottlenecks are, in the order of the forward pass.
enum class AdapterPlace { after_attention, after_mlp, parallel };
// Of --placement. The values are resolved ones.
std::vector<AdapterPlace> adapter_places(const OptionValues& values);

} // namespace cdra::methods
