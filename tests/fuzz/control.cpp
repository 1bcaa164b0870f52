// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/job/job_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const cdra::job::JobPaths paths(cdra::fuzz::scratch_folder());
    cdra::fuzz::put(paths.control, "");
    cdra::job::ControlReader reader(paths);
    cdra::fuzz::put(paths.control, {reinterpret_cast<const char*>(bytes), size});
    (void)reader.poll();
    return 0;
}
