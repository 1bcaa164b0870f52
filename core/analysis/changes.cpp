// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/changes.h"

#include "core/analysis/spectrum.h"
#include "core/base/error.h"
#include "core/checkpoint/matrix_name.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace cdra::analysis {
namespace {

template <class Values> double norm_of(const Values& values) {
    double sum = 0;
    for (const auto value : values)
        sum += static_cast<double>(value) * static_cast<double>(value);
    return std::sqrt(sum);
}

// Blocks in their order, 2 before 10.
auto place(const MatrixChange& change) {
    const auto shape = checkpoint::matrix_shape(change.name, 1, 1);
    return std::tuple(shape ? shape->block : -1, shape ? shape->kind : -1, change.name, change.kind != "low-rank");
}

} // namespace

std::vector<MatrixChange> matrix_changes(const job::Adapter& adapter, const checkpoint::Checkpoint* model) {
    std::vector<MatrixChange> result;
    for (const auto& [name, part] : adapter.low_rank) {
        MatrixChange change;
        change.name = name;
        change.kind = "low-rank";
        change.rows = static_cast<std::int64_t>(part.rows.size());
        change.columns = static_cast<std::int64_t>(part.columns.size());
        change.rank = part.rank;
        change.singular_values = product_singular_values(part.a, part.b, change.rows, part.rank, change.columns);
        change.norm = norm_of(change.singular_values);
        change.used_rank = numerical_rank(change.singular_values, change.rows, change.columns);
        change.effective_rank = effective_rank(change.singular_values);
        result.push_back(std::move(change));
    }
    for (const auto& [name, part] : adapter.masked) {
        MatrixChange change;
        change.name = name;
        change.kind = "masked";
        change.entries = static_cast<std::int64_t>(part.values.size());
        change.norm = norm_of(part.values);
        result.push_back(std::move(change));
    }
    if (model != nullptr)
        for (MatrixChange& change : result) {
            const std::string tensor = change.name + ".weight";
            if (!model->tensors().contains(tensor))
                throw InputError("the adapter changes '" + change.name + "', which the model " +
                                 model->path().string() + " has not; give the model it was trained on");
            const double whole = norm_of(model->read(tensor).values);
            if (whole > 0) change.relative = change.norm / whole;
        }
    std::ranges::sort(result, {}, place);
    return result;
}

} // namespace cdra::analysis
