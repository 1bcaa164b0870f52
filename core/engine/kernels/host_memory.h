// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Memory of large CPU tensors, kept when one is freed and given to the next of about its size. The C library gives
// such memory back to the system each time, and its pages, which the next tensor must fault in anew, cost more than
// most of what is computed in them: GELU of 77 MB takes 10 ms, in fresh memory 44 ms.
#pragma once

#include <cstdint>

namespace cdra::engine::kernels {

// From now on for every CPU tensor of the process; calling it again does nothing. Values never depend on it. What is
// in use and what is kept stay together below 1.25 times the most that was ever in use, and 64 MiB.
void keep_host_memory();

struct HostMemory {
    std::int64_t in_use = 0, kept = 0; // bytes, of large tensors
};
HostMemory host_memory() noexcept;
// Gives back what is kept and not in use.
void release_host_memory() noexcept;

} // namespace cdra::engine::kernels
