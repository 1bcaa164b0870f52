// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/compact/ranks.h"
#include "core/compact/spt_import.h"

// A rank file, and SPT's masks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const cdra::fuzz::MemoryFile file(bytes, size);
    cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::compact::parse_rank_strategy("file:" + file.path().string()); });
    cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::compact::import_spt(file.path(), {}); });
    return 0;
}
