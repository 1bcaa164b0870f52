// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/base/progress.h"
#include "core/compact/plan.h"
#include "core/job/results.h"
#include "core/sensitivity/map.h"

// Plans, maps and results as they lie on the disk: what has not their check sum never reaches libhdf5.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const cdra::fuzz::MemoryFile file(bytes, size);
    cdra::NullProgress silent;
    cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::compact::read_plan(file.path()); });
    cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::sensitivity::read_map(file.path(), silent, {}); });
    cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::job::read_results(file.path()); });
    return 0;
}
