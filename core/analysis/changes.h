// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What training changed: the size of ΔW, and how much of the rank it was given it uses.
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/job/adapter.h"

#include <string>
#include <vector>

namespace cdra::analysis {

struct MatrixChange {
    std::string name;
    std::string kind;                    // "low-rank" or "masked"
    std::int64_t rows = 0, columns = 0;  // of the box; of a mask: 0
    std::int64_t rank = 0;               // given
    std::int64_t entries = 0;            // single weights of a mask
    double norm = 0;                     // ‖ΔW‖, Frobenius
    double relative = 0;                 // ‖ΔW‖ / ‖W‖; 0 without the model
    std::vector<double> singular_values; // of A·B, descending
    std::int64_t used_rank = 0;          // numerical rank
    double effective_rank = 0;           // exp of the entropy
};

// In name order of blocks, low-rank before masked. `model`: for ‖W‖, may be nullptr. A matrix that the model has
// not is named in an InputError. Whole tensors (vectors, head) have no part in it.
std::vector<MatrixChange> matrix_changes(const job::Adapter& adapter, const checkpoint::Checkpoint* model);

} // namespace cdra::analysis
