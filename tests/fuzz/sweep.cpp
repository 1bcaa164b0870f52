// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/sweep/sweep.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    cdra::fuzz::expect_refusal_or_success(
        [&] { (void)cdra::sweep::parse_sweep({reinterpret_cast<const char*>(bytes), size}, "fuzz.toml"); });
    return 0;
}
