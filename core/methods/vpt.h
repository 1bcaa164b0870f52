// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "core/methods/descriptor.h"

namespace cdra::methods {

// What VPT-Shallow and VPT-Deep share; the caller sets word, title, summary and count.
Descriptor vpt_method();

} // namespace cdra::methods
