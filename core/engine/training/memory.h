// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace cdra::engine {

// Of this process, in MiB; 0 where the system does not say.
double host_memory_mib();
double peak_host_memory_mib();
// Allocated tensors on the current CUDA device, the allocator's cache excluded; not a number without CUDA.
double gpu_memory_mib();
double peak_gpu_memory_mib();
// Both peaks begin anew at what is in use now; freed memory that is kept for the next tensor, or by the C library, is given
// back first. Where the system can't (other than Linux), the peaks stay.
void reset_peak_memory();

} // namespace cdra::engine
