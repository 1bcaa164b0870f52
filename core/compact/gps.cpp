// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/gps.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/compact/plan_maker.h"

#include <algorithm>
#include <mutex>
#include <numeric>

namespace cdra::compact {

namespace {

double sum(std::span<const float> values, std::span<const std::uint32_t> at) {
    double total = 0;
    for (const std::uint32_t index : at)
        total += double{values[index]};
    return total;
}

PlannedMatrix plan_matrix(const sensitivity::MatrixSensitivity& matrix, std::uint32_t per_output) {
    PlannedMatrix planned;
    planned.shape = matrix.shape;
    planned.mask = largest_of_each_output(matrix.values, matrix.shape.out, matrix.shape.in, per_output);
    planned.reorganised = reorganise(sensitivity::profile(matrix.shape, planned.mask));
    planned.box = box_of(planned.reorganised, Quadrant::q10, 1.0);
    planned.treatment = Treatment::masked;
    planned.sensitivity_total = std::accumulate(matrix.values.begin(), matrix.values.end(), 0.0);
    // What lies in the corner; of a mask this wide nearly everything.
    const auto in = static_cast<std::size_t>(matrix.shape.in);
    for (const std::uint32_t column : planned.box.columns)
        planned.sensitivity_in_box +=
            sum(std::span(matrix.values).subspan(column * in, in), planned.box.rows);
    return planned;
}

} // namespace

std::vector<std::uint32_t> largest_of_each_output(std::span<const float> values, std::int64_t out, std::int64_t in,
                                                  std::uint32_t per_output) {
    const auto take = static_cast<std::ptrdiff_t>(std::min<std::int64_t>(per_output, in));
    std::vector<std::uint32_t> result, order(static_cast<std::size_t>(in));
    result.reserve(static_cast<std::size_t>(out * take));
    for (std::int64_t row = 0; row < out; ++row) {
        const auto begin = static_cast<std::uint32_t>(row * in);
        std::iota(order.begin(), order.end(), begin);
        // A strict order, ties by index: the result does not depend on how it is found.
        std::partial_sort(order.begin(), order.begin() + take, order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return values[a] > values[b] || (values[a] == values[b] && a < b);
        });
        std::sort(order.begin(), order.begin() + take);
        result.insert(result.end(), order.begin(), order.begin() + take);
    }
    return result;
}

CompactPlan make_gps_plan(const sensitivity::SensitivityMap& map, const PlanOptions& options, std::uint32_t per_output,
                          ProgressSink& progress, const std::stop_token& stop, int threads) {
    if (per_output < 1) throw InputError("weights per output is 0; expected 1 or more");
    if (map.matrices.empty()) throw InputError("the sensitivity map holds no matrix");
    if (!map.patch)
        throw InputError("the sensitivity map has no patch embedding (its estimator is " + map.provenance.estimator +
                         "); GPS selects there too: make the map with 'cdra sensitivity --estimator contrastive'");
    CompactPlan plan;
    plan.method = "gps";
    plan.method_options = {{"weights-per-output", std::to_string(per_output)}};
    plan.options = options;
    plan.options.class_token = false;
    plan.candidate_weights = map.matrix_weights();
    plan.backbone_parameters = map.provenance.backbone_parameters;
    plan.class_token_parameters = map.provenance.class_token_parameters;
    plan.model_sha256 = map.provenance.model_sha256;
    plan.matrices.resize(map.matrices.size());
    const auto total = static_cast<std::int64_t>(map.matrices.size());
    std::mutex mutex;
    std::int64_t done = 0;
    parallel_for(threads, map.matrices.size(), [&](std::size_t, std::size_t i) {
        throw_if_stopped(stop);
        plan.matrices[i] = plan_matrix(map.matrices[i], per_output);
        const std::lock_guard guard(mutex);
        progress.report({"plan", ++done, total, "selecting"});
    });
    plan.patch = plan_matrix(*map.patch, per_output);
    for (const auto& vector : map.vectors) {
        const bool tuned = is_bias_of_a_product(vector.shape.name);
        plan.vectors.push_back({vector.shape, tuned ? static_cast<std::uint64_t>(vector.shape.size) : 0, tuned});
    }
    const std::int64_t bias = map.patch->shape.out;
    plan.vectors.push_back({{sensitivity::patch_name + ".bias", bias}, static_cast<std::uint64_t>(bias), true});
    plan.tau = plan.sensitive_weights() + plan.patch->mask.size();
    plan.pool_size = static_cast<std::uint64_t>(plan.candidate_weights + map.patch->shape.size());
    plan.gamma = static_cast<double>(plan.tau) / static_cast<double>(plan.pool_size);
    plan.map_fingerprint = sensitivity::fingerprint(map);
    throw_if_stopped(stop);
    return plan;
}

} // namespace cdra::compact
