// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/checkpoint/side_config.h"

// What stands beside a checkpoint: the same bytes as config.json and as preprocessor_config.json.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    for (const char* name : {"config.json", "preprocessor_config.json"}) {
        const auto folder = cdra::fuzz::scratch_folder();
        cdra::fuzz::put(folder / name, text);
        cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::checkpoint::read_side_config(folder); });
    }
    return 0;
}
