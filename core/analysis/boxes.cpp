// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/boxes.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/random.h"

#include <algorithm>
#include <mutex>
#include <numeric>

namespace cdra::analysis {
namespace {

double sum_in(const sensitivity::MatrixSensitivity& matrix, const std::vector<std::uint32_t>& rows,
              const std::vector<std::uint32_t>& columns) {
    const auto in = static_cast<std::size_t>(matrix.shape.in);
    double total = 0;
    for (const std::uint32_t column : columns) {
        const float* values = matrix.values.data() + column * in;
        for (const std::uint32_t row : rows)
            total += double{values[row]};
    }
    return total;
}

std::vector<std::uint32_t> draw(std::int64_t of, std::uint64_t count, std::uint64_t seed) {
    auto order = random_permutation(static_cast<std::uint32_t>(of), seed);
    order.resize(count);
    return order;
}

} // namespace

BoxShares box_shares(const sensitivity::SensitivityMap& map, const compact::CompactPlan& plan, int draws,
                     std::uint64_t seed, ProgressSink& progress, const std::stop_token& stop, int threads) {
    if (draws < 1) throw InputError("random boxes is " + std::to_string(draws) + "; expected 1 or more");
    if (map.matrices.size() != plan.matrices.size())
        throw InputError("the map holds " + std::to_string(map.matrices.size()) + " matrices, the plan " +
                         std::to_string(plan.matrices.size()) + "; give the map that the plan was made from");
    const std::size_t n = map.matrices.size();
    std::vector<BoxShare> shares(n);
    std::vector<double> totals(n), in_box(n), in_random(n);
    std::mutex mutex;
    std::int64_t done = 0;
    parallel_for(threads, n, [&](std::size_t, std::size_t i) {
        throw_if_stopped(stop);
        const auto& matrix = map.matrices[i];
        const auto& planned = plan.matrices[i];
        if (matrix.shape.name != planned.shape.name || matrix.shape.in != planned.shape.in ||
            matrix.shape.out != planned.shape.out)
            throw InputError("the map's " + matrix.shape.name + " is not the plan's " + planned.shape.name +
                             "; give the map that the plan was made from");
        BoxShare& share = shares[i];
        share.name = matrix.shape.name;
        share.rows = planned.box.rows.size(), share.columns = planned.box.columns.size();
        share.area = static_cast<double>(share.rows) * static_cast<double>(share.columns) /
                     static_cast<double>(matrix.shape.size());
        totals[i] = std::accumulate(matrix.values.begin(), matrix.values.end(), 0.0);
        in_box[i] = sum_in(matrix, planned.box.rows, planned.box.columns);
        const auto relative = [&](double value) { return totals[i] > 0 ? value / totals[i] : 0; };
        share.share = relative(in_box[i]);
        share.random_min = share.rows > 0 ? 1 : 0;
        for (int k = 0; k < draws && share.rows > 0; ++k) {
            throw_if_stopped(stop);
            const auto stream = mix_seed(mix_seed(seed, matrix.shape.name), static_cast<std::uint64_t>(k));
            const double value = sum_in(matrix, draw(matrix.shape.in, share.rows, mix_seed(stream, "rows")),
                                        draw(matrix.shape.out, share.columns, mix_seed(stream, "columns")));
            in_random[i] += value / draws;
            share.random_min = std::min(share.random_min, relative(value));
            share.random_max = std::max(share.random_max, relative(value));
        }
        share.random_mean = relative(in_random[i]);
        const std::lock_guard guard(mutex);
        progress.report({"boxes", ++done, static_cast<std::int64_t>(n), ""});
    });
    BoxShares result;
    double total = 0;
    for (std::size_t i = 0; i < n; ++i) {
        total += totals[i];
        result.share += in_box[i];
        result.random_mean += in_random[i];
        if (shares[i].rows > 0) result.matrices.push_back(std::move(shares[i]));
    }
    if (total > 0) result.share /= total, result.random_mean /= total;
    return result;
}

} // namespace cdra::analysis
