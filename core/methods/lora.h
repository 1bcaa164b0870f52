// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "core/methods/descriptor.h"

namespace cdra::methods {

// Which of checkpoint::matrix_kinds LoRA adapts, sorted, "all" spelt out. The values are resolved ones.
std::vector<int> lora_target_kinds(const OptionValues& values);

} // namespace cdra::methods
