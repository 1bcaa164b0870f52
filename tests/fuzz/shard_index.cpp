// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/checkpoint/archive.h"

// model.safetensors.index.json
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto file = cdra::fuzz::scratch_folder() / "model.safetensors.index.json";
    cdra::fuzz::put(file, {reinterpret_cast<const char*>(bytes), size});
    cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::checkpoint::open_sharded_safetensors(file)->tensors(); });
    return 0;
}
