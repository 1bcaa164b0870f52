// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/weight_changes.h"

#include "core/analysis/spectrum.h"
#include "core/base/progress.h"

#include <cmath>

namespace cdra::workbench {

std::vector<WeightChange> weight_changes(const job::Results& results, const std::stop_token& stop) {
    std::vector<WeightChange> changes;
    for (const auto& matrix : results.matrices) {
        throw_if_stopped(stop);
        if (matrix.rank <= 0 || matrix.a.empty() || matrix.b.empty()) continue;
        WeightChange change{matrix.name, std::int64_t(matrix.rows.size()), std::int64_t(matrix.columns.size()), matrix.rank, matrix.parameters, 0, {}, 0, 0};
        change.singular_values = analysis::product_singular_values(matrix.a, matrix.b, change.rows, change.rank, change.columns);
        double squares = 0;
        for (const double value : change.singular_values) squares += value * value;
        change.norm = std::sqrt(squares);
        change.used_rank = analysis::numerical_rank(change.singular_values, change.rows, change.columns);
        change.effective_rank = analysis::effective_rank(change.singular_values);
        changes.push_back(std::move(change));
    }
    return changes;
}

} // namespace cdra::workbench
