// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "core/methods/descriptor.h"

namespace cdra::methods {

// The lowest block that is trained. Throws InputError for more blocks than the model has.
int first_partial_block(const checkpoint::VitSpec& spec, const OptionValues& values);
// Whether a matrix's or vector's tensor is: of such a block, or of the final norm.
bool trained_partially(const std::string& name, int first_block);

} // namespace cdra::methods
