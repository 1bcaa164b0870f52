// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// How much of a matrix's sensitivity the compact box holds, against boxes of the same size drawn at random.
#pragma once

#include "core/compact/plan.h"

#include <vector>

namespace cdra::analysis {

struct BoxShare {
    std::string name;
    std::uint64_t rows = 0, columns = 0; // of the box
    double share = 0;                    // Σ s in the box / Σ s, 0 for an empty box or matrix
    double area = 0;                     // rows·columns / (d·k): what a random box holds on average
    double random_mean = 0, random_min = 0, random_max = 0; // over the draws
};
struct BoxShares {
    std::vector<BoxShare> matrices; // those with a box, in the plan's order
    double share = 0, random_mean = 0; // of the whole model's sensitivity in these boxes together
};

// `draws` random boxes a matrix, each rows and columns without repetition: a pure function of the seed. Throws
// InputError if the plan's matrices are not the map's, or for no draw. Stage "boxes".
BoxShares box_shares(const sensitivity::SensitivityMap& map, const compact::CompactPlan& plan, int draws,
                     std::uint64_t seed, ProgressSink& progress, const std::stop_token& stop = {}, int threads = 1);

} // namespace cdra::analysis
