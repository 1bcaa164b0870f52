// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/spectrum.h"
#include "core/base/parallel.h"
#include "core/compact/allocation.h"
#include "core/compact/box_sum.h"
#include "core/compact/budget.h"
#include "core/compact/plan_maker.h"

#include <mutex>
#include <numeric>

namespace cdra::compact {

namespace {

void check_options(const sensitivity::SensitivityMap& map, const PlanOptions& options) {
    if (map.matrices.empty()) throw InputError("the sensitivity map holds no matrix");
    for (const auto& matrix : map.matrices)
        if (matrix.values.size() != static_cast<std::size_t>(matrix.shape.size()))
            throw InputError("sensitivity map: " + matrix.shape.name + " has " +
                             std::to_string(matrix.values.size()) + " values, its shape needs " +
                             std::to_string(matrix.shape.size()));
    if (map.provenance.backbone_parameters <= 0)
        throw InputError(
            "the sensitivity map does not say how many parameters the backbone has; make it again");
    if (options.beta < 1 || options.beta > 1'000'000)
        throw InputError("beta is " + std::to_string(options.beta) +
                         ", expected 1 or more (5: a fifth of a vector's entries)");
    box_sides({}, options.quadrant, options.size_scale); // throws for an impossible scale
    if (options.size_scale != 1.0 && options.quadrant != Quadrant::q10)
        throw InputError("a size scale of " + std::to_string(options.size_scale) +
                         " goes with quadrant 10 only, found quadrant " +
                         std::string(name_of(options.quadrant)));
}

struct Asked {
    std::uint64_t count = 0;
    double gamma = 0;
};

Asked resolve(const sensitivity::SensitivityMap& map, const PlanOptions& options, const PlanMaker& maker,
              ProgressSink& progress, const std::stop_token& stop, int threads) {
    const std::uint64_t pool = sensitivity::pool_size(map, options.pool);
    if (const auto* gamma = std::get_if<Gamma>(&options.amount))
        return {sensitivity::count_for_gamma(gamma->value, pool), gamma->value};
    const auto* tau = std::get_if<Tau>(&options.amount);
    const std::uint64_t count = tau ? tau->value : count_for_budget(map, options, progress, stop, threads, maker);
    return {count, static_cast<double>(count) / static_cast<double>(pool)};
}

std::vector<float> corner_spectrum(const sensitivity::MatrixSensitivity& matrix, const Reorganised& reorganised) {
    const auto in = static_cast<std::size_t>(matrix.shape.in);
    std::vector<float> corner;
    corner.reserve(std::size_t{reorganised.compact_rows} * reorganised.compact_columns);
    for (std::uint32_t c = 0; c < reorganised.compact_columns; ++c)
        for (std::uint32_t r = 0; r < reorganised.compact_rows; ++r)
            corner.push_back(matrix.values[reorganised.column_order[c] * in + reorganised.row_order[r]]);
    const auto spectrum =
        analysis::root_spectrum(corner, reorganised.compact_columns, reorganised.compact_rows);
    return {spectrum.begin(), spectrum.end()};
}

PlannedMatrix plan_matrix(const sensitivity::MatrixSensitivity& matrix, std::vector<std::uint32_t> mask,
                          const PlanOptions& options, bool with_spectrum) {
    PlannedMatrix planned;
    planned.shape = matrix.shape;
    planned.mask = std::move(mask);
    planned.reorganised = reorganise(sensitivity::profile(matrix.shape, planned.mask));
    planned.box = box_of(planned.reorganised, options.quadrant, options.size_scale);
    if (with_spectrum) planned.spectrum = corner_spectrum(matrix, planned.reorganised);
    const sensitivity::Totals whole = matrix.values.totals();
    planned.sensitivity_total = whole.sum;
    planned.sensitivity_in_box = sum_in_box(matrix, whole.largest, planned.box);
    return planned;
}

void apply(PlannedMatrix& planned, const Allotment& allotment) {
    planned.rank = allotment.rank;
    planned.treatment = allotment.treatment;
    planned.whole = allotment.whole;
    if (!planned.whole) return;
    planned.box = whole_box(planned.shape);
    planned.sensitivity_in_box = planned.sensitivity_total;
}

} // namespace

Box whole_box(const checkpoint::MatrixShape& shape) {
    Box box;
    box.rows.resize(static_cast<std::size_t>(shape.in));
    box.columns.resize(static_cast<std::size_t>(shape.out));
    std::iota(box.rows.begin(), box.rows.end(), 0U);
    std::iota(box.columns.begin(), box.columns.end(), 0U);
    return box;
}

bool is_bias_of_a_product(std::string_view vector_name) noexcept {
    return vector_name.ends_with(".bias") && vector_name.find("norm") == std::string_view::npos;
}

std::uint64_t parameters_of_vector(const checkpoint::VectorShape& shape, std::uint64_t sensitive,
                                   const PlanOptions& options, const PlanMaker& maker) noexcept {
    if (is_tuned(sensitive, shape.size, options)) return static_cast<std::uint64_t>(shape.size);
    return maker.masked_biases && is_bias_of_a_product(shape.name) ? sensitive : 0;
}

CompactPlan make_plan(const sensitivity::SensitivityMap& map, const PlanOptions& options,
                      ProgressSink& progress, const std::stop_token& stop, int threads) {
    return make_plan(map, options, PlanMaker{}, progress, stop, threads);
}

CompactPlan make_plan(const sensitivity::SensitivityMap& map, const PlanOptions& options, const PlanMaker& maker,
                      ProgressSink& progress, const std::stop_token& stop, int threads) {
    check_options(map, options);
    const auto total = static_cast<std::int64_t>(map.matrices.size());
    progress.report({"plan", 0, total, "selecting"});
    const Asked asked = resolve(map, options, maker, progress, stop, threads);
    throw_if_stopped(stop);
    sensitivity::Selection selection = sensitivity::select_top(map, options.pool, asked.count, threads);

    CompactPlan plan;
    plan.method = maker.method;
    plan.method_options = maker.options;
    plan.options = options;
    plan.gamma = asked.gamma;
    plan.tau = selection.count;
    plan.threshold = selection.threshold;
    plan.pool_size = selection.pool_size;
    plan.candidate_weights = map.matrix_weights();
    plan.backbone_parameters = map.provenance.backbone_parameters;
    plan.class_token_parameters = map.provenance.class_token_parameters;
    plan.model_sha256 = map.provenance.model_sha256;

    const bool with_spectrum = parse_rank_strategy(options.rank)->needs_spectrum();
    plan.matrices.resize(map.matrices.size());
    std::mutex mutex; // sinks need not be thread-safe
    std::int64_t done = 0;
    parallel_for(threads, map.matrices.size(), [&](std::size_t, std::size_t i) {
        throw_if_stopped(stop);
        plan.matrices[i] = plan_matrix(map.matrices[i], std::move(selection.matrices[i]), options, with_spectrum);
        const std::lock_guard guard(mutex);
        progress.report({"plan", ++done, total, "reorganising"});
    });
    for (std::size_t i = 0; i < map.vectors.size(); ++i) {
        const auto& shape = map.vectors[i].shape;
        const std::uint64_t sensitive = selection.vectors[i].size();
        PlannedVector vector{shape, sensitive, is_tuned(sensitive, shape.size, options)};
        if (!vector.tuned && parameters_of_vector(shape, sensitive, options, maker) > 0)
            vector.mask = std::move(selection.vectors[i]);
        plan.vectors.push_back(std::move(vector));
    }
    if (!maker.allot) {
        reallocate(plan, options.rank, options.edited_ranks, options.rank_zero);
    } else {
        std::vector<RankInput> inputs;
        std::vector<BoxSides> boxes;
        for (const PlannedMatrix& matrix : plan.matrices) {
            inputs.push_back(rank_input(matrix));
            boxes.push_back({{0, static_cast<std::uint32_t>(matrix.box.rows.size())},
                             {0, static_cast<std::uint32_t>(matrix.box.columns.size())}});
        }
        const auto allotments = maker.allot(inputs, boxes);
        for (std::size_t i = 0; i < allotments.size(); ++i)
            apply(plan.matrices[i], allotments[i]);
    }
    throw_if_stopped(stop);
    plan.map_fingerprint = sensitivity::fingerprint(map);
    progress.report({"plan", total, total, ""});
    return plan;
}

} // namespace cdra::compact
