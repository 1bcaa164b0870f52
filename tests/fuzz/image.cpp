// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "datasets/image.h"

// PNG, JPEG, BMP, PNM and WebP, told apart by their first bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto file = cdra::fuzz::scratch_folder() / "image.png";
    cdra::fuzz::put(file, {reinterpret_cast<const char*>(bytes), size});
    cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::datasets::read_image(file); });
    return 0;
}
