// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/tensor_io/pickle.h"

#include <span>

// The pickle alone, without the archive's check sums in the way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    cdra::fuzz::expect_refusal_or_success([&] {
        const auto document = cdra::tensor_io::PickleDocument::parse(
            {reinterpret_cast<const std::byte*>(bytes), size}, "fuzz");
        (void)document.find(document.root(), "model");
    });
    return 0;
}
