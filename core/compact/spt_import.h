// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/compact/plan.h"

#include <filesystem>
#include <string>

namespace cdra::compact {

struct SptImport {
    std::string method = "spt-lora"; // or "spt-adapter"
    std::uint32_t rank = 8;          // of the module that the published file gives a matrix to
};

// SPT's published masks (param_req_<M>.pth) as a plan for an SPT run. They hold which matrices get a module, which
// vectors are tuned whole and which single weights are tuned, but no sensitivities and no masks of the matrices with
// a module: not enough for a CDRA plan. Read by the restricted unpickler. Throws UnrecognisedFormat or CorruptFile.
CompactPlan import_spt(const std::filesystem::path& path, const SptImport& how);

} // namespace cdra::compact
