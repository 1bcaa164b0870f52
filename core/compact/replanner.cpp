// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/replanner.h"

#include "core/base/parallel.h"
#include "core/compact/allocation.h"
#include "core/compact/ranks.h"
#include "core/sensitivity/pool.h"
#include "core/sensitivity/profile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace cdra::compact {

namespace {

using sensitivity::key_of;
using sensitivity::Pool;
using sensitivity::Selection;

// As make_plan() sums, so that the figures are the same to the last bit.
double sum(std::span<const float> values) {
    std::array<double, 8> lanes{};
    std::size_t i = 0;
    for (; i + lanes.size() <= values.size(); i += lanes.size())
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) lanes[lane] += double{values[i + lane]};
    double total = 0;
    for (; i < values.size(); ++i) total += double{values[i]};
    for (const double lane : lanes) total += lane;
    return total;
}

double sum_in_box(const sensitivity::MatrixSensitivity& matrix, const Box& box) {
    const auto in = static_cast<std::size_t>(matrix.shape.in);
    double total = 0;
    for (const std::uint32_t column : box.columns) {
        const float* values = matrix.values.data() + column * in;
        double row_total = 0;
        for (const std::uint32_t row : box.rows) row_total += double{values[row]};
        total += row_total;
    }
    return total;
}

} // namespace

void Replanner::extend(Pool pool, std::uint64_t count, const std::stop_token& stop, int threads) {
    Reach reach;
    reach.pool = pool;
    reach.count = count;
    Selection selection = sensitivity::select_top(*map_, pool, count, threads);
    throw_if_stopped(stop);
    const auto take = [&](std::vector<std::uint32_t> indices, std::span<const float> values) {
        Reach::Tensor tensor;
        tensor.keys.reserve(indices.size());
        for (const std::uint32_t index : indices) tensor.keys.push_back(key_of(values[index]));
        reach.sorted_keys.insert(reach.sorted_keys.end(), tensor.keys.begin(), tensor.keys.end());
        tensor.indices = std::move(indices);
        return tensor;
    };
    reach.sorted_keys.reserve(count);
    for (std::size_t i = 0; i < map_->matrices.size(); ++i)
        reach.matrices.push_back(take(std::move(selection.matrices[i]), map_->matrices[i].values));
    if (pool == Pool::all)
        for (std::size_t i = 0; i < map_->vectors.size(); ++i)
            reach.vectors.push_back(take(std::move(selection.vectors[i]), map_->vectors[i].values));
    throw_if_stopped(stop);
    std::ranges::sort(reach.sorted_keys, std::greater<>());
    reach_ = std::move(reach);
}

Selection Replanner::select(std::uint64_t count, int threads) const {
    Selection selection;
    selection.pool = reach_->pool;
    selection.pool_size = sensitivity::pool_size(*map_, reach_->pool);
    selection.count = count;
    selection.gamma = selection.pool_size ? static_cast<double>(count) / static_cast<double>(selection.pool_size) : 0;
    selection.matrices.resize(map_->matrices.size());
    selection.vectors.resize(map_->vectors.size());
    if (count == 0) return selection;
    const std::uint32_t last = reach_->sorted_keys[count - 1];
    selection.threshold = sensitivity::value_of(last);
    // Of those that equal the smallest selected one, so many are taken, in tensor order.
    const auto larger = static_cast<std::uint64_t>(
        std::ranges::partition_point(reach_->sorted_keys, [&](std::uint32_t key) { return key > last; }) - reach_->sorted_keys.begin());
    std::uint64_t ties = count - larger;
    struct Job {
        const Reach::Tensor* tensor;
        std::vector<std::uint32_t>* out;
        std::uint64_t ties;
    };
    std::vector<Job> jobs;
    const auto add = [&](const Reach::Tensor& tensor, std::vector<std::uint32_t>& out) {
        const auto equal = static_cast<std::uint64_t>(std::ranges::count(tensor.keys, last));
        jobs.push_back({&tensor, &out, std::min(ties, equal)});
        ties -= std::min(ties, equal);
    };
    for (std::size_t i = 0; i < reach_->matrices.size(); ++i) add(reach_->matrices[i], selection.matrices[i]);
    for (std::size_t i = 0; i < reach_->vectors.size(); ++i) add(reach_->vectors[i], selection.vectors[i]);
    parallel_for(threads, jobs.size(), [&](std::size_t, std::size_t j) {
        Job& job = jobs[j];
        const auto& keys = job.tensor->keys;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i] < last || (keys[i] == last && job.ties == 0)) continue;
            if (keys[i] == last) --job.ties;
            job.out->push_back(job.tensor->indices[i]);
        }
    });
    // Vectors outside the pool go by the threshold.
    if (reach_->pool == Pool::matrices)
        for (std::size_t i = 0; i < map_->vectors.size(); ++i) {
            const auto& values = map_->vectors[i].values;
            for (std::uint32_t index = 0; index < values.size(); ++index)
                if (key_of(values[index]) >= last) selection.vectors[i].push_back(index);
        }
    return selection;
}

double Replanner::total_of(std::size_t matrix) {
    if (totals_.empty()) totals_.assign(map_->matrices.size(), std::numeric_limits<double>::quiet_NaN());
    if (std::isnan(totals_[matrix])) totals_[matrix] = sum(map_->matrices[matrix].values);
    return totals_[matrix];
}

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
    if (!reach_ || reach_->pool != options.pool || reach_->count < count || reach_->count > 32 * count + (std::uint64_t{1} << 20))
        extend(options.pool, std::min(pool, 4 * count + (std::uint64_t{1} << 16)), stop, threads);
    throw_if_stopped(stop);
    Selection selection = select(count, threads);

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
    for (std::size_t i = 0; i < map_->matrices.size(); ++i) plan.matrices[i].sensitivity_total = total_of(i);
    parallel_for(threads, map_->matrices.size(), [&](std::size_t, std::size_t i) {
        throw_if_stopped(stop);
        PlannedMatrix& planned = plan.matrices[i];
        planned.shape = map_->matrices[i].shape;
        planned.mask = std::move(selection.matrices[i]);
        planned.reorganised = reorganise(sensitivity::profile(planned.shape, planned.mask));
        planned.box = box_of(planned.reorganised, options.quadrant, options.size_scale);
        planned.sensitivity_in_box = sum_in_box(map_->matrices[i], planned.box);
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
