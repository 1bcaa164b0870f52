// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/replanner.h"

#include "core/base/parallel.h"
#include "core/compact/allocation.h"
#include "core/compact/ranks.h"
#include "core/sensitivity/profile.h"

#include <algorithm>

namespace cdra::compact {

CompactPlan Replanner::make(const PlanOptions& options, ProgressSink& progress, const std::stop_token& stop, int threads) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t pool = sensitivity::pool_size(*map_, options.pool);
    const auto* gamma = std::get_if<Gamma>(&options.amount);
    const auto* tau = std::get_if<Tau>(&options.amount);
    const bool known = gamma ? gamma->value >= 0 && gamma->value <= 1 : tau != nullptr && tau->value <= pool;
    // A budget is searched for, a spectrum decomposes every box, and what is impossible is refused in one place.
    if (!known || (options.size_scale != 1.0 && options.quadrant != Quadrant::q10) || options.beta < 1 || options.beta > 1'000'000 ||
        map_->matrices.empty() || map_->provenance.backbone_parameters <= 0 || parse_rank_strategy(options.rank)->needs_spectrum())
        return make_plan(*map_, options, progress, stop, threads);
    const std::uint64_t count = gamma ? sensitivity::count_for_gamma(gamma->value, pool) : tau->value;
    // Four times as far as asked for: a drag seldom goes further at once. Much more than is needed would be slow to go through.
    if (!sliding_ || sliding_->pool() != options.pool || sliding_->reach() < count ||
        sliding_->reach() > 32 * count + (std::uint64_t{1} << 20))
        sliding_.emplace(*map_, options.pool, std::min(pool, 4 * count + (std::uint64_t{1} << 16)), stop, threads);
    throw_if_stopped(stop);
    sliding_->move_to(count);
    sensitivity::Selection selection = sliding_->selection(*map_, threads);

    CompactPlan plan;
    plan.options = options;
    plan.gamma = gamma ? gamma->value : static_cast<double>(count) / static_cast<double>(pool);
    plan.tau = selection.count;
    plan.threshold = selection.threshold;
    plan.pool_size = selection.pool_size;
    plan.candidate_weights = map_->matrix_weights();
    plan.backbone_parameters = map_->provenance.backbone_parameters;
    plan.class_token_parameters = map_->provenance.class_token_parameters;
    plan.model_sha256 = map_->provenance.model_sha256;
    plan.matrices.resize(map_->matrices.size());
    parallel_for(threads, map_->matrices.size(), [&](std::size_t, std::size_t i) {
        throw_if_stopped(stop);
        PlannedMatrix& planned = plan.matrices[i];
        planned.shape = map_->matrices[i].shape;
        planned.mask = std::move(selection.matrices[i]);
        planned.reorganised = reorganise(sensitivity::profile(planned.shape, planned.mask));
        planned.box = box_of(planned.reorganised, options.quadrant, options.size_scale);
        const sensitivity::Totals whole = map_->matrices[i].values.totals();
        planned.sensitivity_total = whole.sum;
        planned.sensitivity_in_box = in_boxes_[i].of(map_->matrices[i], whole.largest, planned.box);
    });
    for (std::size_t i = 0; i < map_->vectors.size(); ++i) {
        const std::uint64_t sensitive = selection.vectors[i].size();
        plan.vectors.push_back({map_->vectors[i].shape, sensitive, is_tuned(sensitive, map_->vectors[i].shape.size, options)});
    }
    reallocate(plan, options.rank, options.edited_ranks, options.rank_zero);
    throw_if_stopped(stop);
    plan.map_fingerprint = sensitivity::fingerprint(*map_);
    return plan;
}

} // namespace cdra::compact
