// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "core/job/events.h"

#include <string_view>

// A line may be nothing that is known; what is known is written back to a line that says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(bytes), size);
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        if (const auto event = cdra::job::parse_line(rest.substr(0, end))) {
            const auto again = cdra::job::parse_line(cdra::job::to_line(*event));
            if (!again || again->what.index() != event->what.index()) std::abort();
        }
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    return 0;
}
