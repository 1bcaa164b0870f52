// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What using a fine-tuned model costs (Table 8): time and memory of its forward pass.
#pragma once

#include "core/engine/training/run_setup.h"

namespace cdra::engine {

struct InferenceCost {
    int batch = 0;                // images of a forward pass
    double seconds_per_image = 0; // median over passes, decoding and resizing excluded
    // Host: peak of the process, LibTorch and weights included. CUDA: peak of allocated tensors, the allocator's
    // cache excluded. 0 where the system does not say.
    double memory_mib = 0;
};

// The model as it is handed on: a mergeable method is merged first, so this is the last use of `setup`. Takes a
// few seconds at most, but for one pass of a slow model.
InferenceCost inference_cost(RunSetup& setup);

} // namespace cdra::engine
