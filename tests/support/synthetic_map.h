// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Sensitivity maps made up for tests: shapes of a small ViT, values with structure (some input and output
// features matter more) and many ties.
#pragma once

#include "core/sensitivity/map.h"

#include <cstdint>

namespace cdra::test {

struct SyntheticMap {
    int depth = 2, dim = 24, mlp_dim = 48;
    std::uint64_t seed = 7;
    int levels = 0; // > 0: values are rounded to so many levels, zero included, so that ties abound
};
sensitivity::SensitivityMap synthetic_map(const SyntheticMap& shape = {});

} // namespace cdra::test
