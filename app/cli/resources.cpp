// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/resources.h"

#include "core/base/error.h"

#include <cstdlib>
#include <vector>

namespace cdra::cli {

std::filesystem::path find_resource(const std::filesystem::path& name) {
    std::error_code error;
    std::vector<std::filesystem::path> places;
    if (const char* named = std::getenv("CDRA_RESOURCES"); named != nullptr && *named != '\0')
        places.emplace_back(named);
    else {
        const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
        places.push_back((here / "../share/cdra").lexically_normal());
        // build/<preset>/bin/cdra of a source tree
        places.push_back((here / "../../../resources").lexically_normal());
    }
    std::string looked;
    for (const auto& place : places) {
        if (std::filesystem::is_regular_file(place / name, error)) return place / name;
        looked += (looked.empty() ? "" : " nor ") + (place / name).string();
    }
    throw InputError(name.string() + " was not found: neither " + looked +
                     "; name the folder in the environment variable CDRA_RESOURCES");
}

} // namespace cdra::cli
