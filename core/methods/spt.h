// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What spt-lora and spt-adapter share.
#pragma once

#include "core/compact/spt.h"
#include "core/methods/descriptor.h"

namespace cdra::methods {

compact::SptOptions spt_options(compact::SptModule module, const OptionValues& values);
Count spt_count(const OptionValues& values, const compact::CompactPlan& plan);
// alpha-divisor, dropout, branch-drop-path, init, tune-vectors, class-token and the head's, behind `first`.
std::vector<Option> spt_option_list(std::vector<Option> first);

} // namespace cdra::methods
