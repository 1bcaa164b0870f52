// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a finished run changed in each adapted matrix: ΔW = A·B on its box, without ever making ΔW.
#pragma once

#include "core/job/results.h"

#include <stop_token>
#include <vector>

namespace cdra::workbench {

struct WeightChange {
    std::string name;
    std::int64_t rows = 0, columns = 0, rank = 0, parameters = 0;
    double norm = 0;                     // Frobenius, of A·B
    std::vector<double> singular_values; // largest first
    std::int64_t used_rank = 0;          // of the given rank
    double effective_rank = 0;           // exp of the spectrum's entropy
};
// Matrices with A and B; those whose single weights were tuned have no product. Throws Cancelled.
std::vector<WeightChange> weight_changes(const job::Results& results, const std::stop_token& stop = {});

} // namespace cdra::workbench
