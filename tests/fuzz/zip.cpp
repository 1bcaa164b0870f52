// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/tensor_io/zip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const cdra::fuzz::MemoryFile file(bytes, size);
    cdra::fuzz::expect_refusal_or_success([&] {
        const auto zip = cdra::tensor_io::ZipFile::open(file.path());
        for (const auto& [name, entry] : zip.entries()) (void)zip.read(entry);
    });
    return 0;
}
