// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "core/methods/descriptor.h"
#include "core/methods/noah_search.h"

#include <optional>

namespace cdra::methods {

// The subnet that the three width options spell out; nothing where they say "search". Throws InputError if
// only some of them do, or if one has not a width for every block. The values are resolved ones.
std::optional<Subnet> given_subnet(const checkpoint::VitSpec& spec, const OptionValues& values);
// Sets the width options to the subnet.
void give_subnet(OptionValues& values, const Subnet& subnet);
SubnetSpace subnet_space(const checkpoint::VitSpec& spec, const OptionValues& values);
SubnetSearch subnet_search(const OptionValues& values);

} // namespace cdra::methods
