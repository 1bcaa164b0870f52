// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/checkpoint/checkpoint.h"

// Every container of checkpoints and every naming: safetensors, .npz, .pth of both kinds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const cdra::fuzz::MemoryFile file(bytes, size);
    cdra::fuzz::expect_refusal_or_success([&] {
        const auto opened = cdra::checkpoint::open(file.path());
        for (const auto& [name, source] : opened->tensors()) (void)opened->read(name);
    });
    return 0;
}
