// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/job/adapter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const cdra::fuzz::MemoryFile file(bytes, size);
    cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::job::read_adapter(file.path()); });
    return 0;
}
