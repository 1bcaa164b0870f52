// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Files that come with the program: the paper's numbers, ready-made sweeps.
#pragma once

#include <filesystem>

namespace cdra::cli {

// In $CDRA_RESOURCES, else ../share/cdra beside this program, else a `resources` folder of a source tree
// above it. Throws InputError that says where it was looked for.
std::filesystem::path find_resource(const std::filesystem::path& name);

} // namespace cdra::cli
