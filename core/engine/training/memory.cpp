// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/memory.h"

#include "core/engine/kernels/host_memory.h"

#include <fstream>
#include <limits>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#ifdef CDRA_WITH_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#endif

namespace cdra::engine {
namespace {

double status_mib(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (double kib = 0; word == key && status >> kib) return kib / 1024;
    return 0;
}

#ifdef CDRA_WITH_CUDA
double cuda_mib(bool peak) {
    if (c10::cuda::device_count() == 0) return std::numeric_limits<double>::quiet_NaN();
    const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(c10::cuda::current_device());
    const auto& bytes =
        stats.allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
    return static_cast<double>(peak ? bytes.peak : bytes.current) / (1024.0 * 1024.0);
}
#else
double cuda_mib(bool) {
    return std::numeric_limits<double>::quiet_NaN();
}
#endif

} // namespace

double host_memory_mib() {
    return status_mib("VmRSS:");
}
double peak_host_memory_mib() {
    return status_mib("VmHWM:");
}
double gpu_memory_mib() {
    return cuda_mib(false);
}
double peak_gpu_memory_mib() {
    return cuda_mib(true);
}
void reset_peak_memory() {
    kernels::release_host_memory();
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    std::ofstream("/proc/self/clear_refs") << "5";
#ifdef CDRA_WITH_CUDA
    if (c10::cuda::device_count() > 0) c10::cuda::CUDACachingAllocator::resetPeakStats(c10::cuda::current_device());
#endif
}

} // namespace cdra::engine
