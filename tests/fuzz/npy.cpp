// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/tensor_io/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::span<const std::byte> all(reinterpret_cast<const std::byte*>(bytes), size);
    cdra::fuzz::expect_refusal_or_success([&] {
        const auto header = cdra::tensor_io::parse_npy_header(all.first(std::min(size, cdra::tensor_io::longest_npy_header)), size, "fuzz");
        if (header.floating()) (void)cdra::tensor_io::npy_floats(all.subspan(header.data_begin), header);
    });
    return 0;
}
