// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The classification tasks whose folders are in VTAB-1k's layout: the 19 of the benchmark in the order of the paper's
// Table 1, then those of the offline benchmark mini-vtab (build.h).
#pragma once

#include <span>
#include <string_view>

namespace cdra::datasets {

struct VtabTask {
    std::string_view name;  // of its folder
    int classes;
    std::string_view group; // "natural", "specialized", "structured"; "mini" for the offline benchmark
};
std::span<const VtabTask> vtab_tasks();
// Null for any other name.
const VtabTask* find_vtab_task(std::string_view name);

} // namespace cdra::datasets
