// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/job/project.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    cdra::fuzz::expect_refusal_or_success([&] {
        const auto project = cdra::job::parse_project({reinterpret_cast<const char*>(bytes), size}, "fuzz.toml");
        cdra::job::validate(project);
        (void)cdra::job::parse_project(cdra::job::to_toml(project), "again.toml"); // what is written is read
    });
    return 0;
}
