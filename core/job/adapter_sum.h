// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/job/adapter.h"

#include <string>
#include <vector>

namespace cdra::job {

struct NamedAdapter {
    std::string name; // its file, for messages
    Adapter adapter;
};

// Several adapters of one model as one, by addition: of each matrix they may change different parts. The head and
// the classes are the first one's. Throws InputError that says why they do not add up: another model or other
// preprocessing, a weight that two change, a tensor that two train whole to different values.
Adapter sum_of(const std::vector<NamedAdapter>& adapters);

} // namespace cdra::job
