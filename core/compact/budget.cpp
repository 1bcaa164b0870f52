// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/budget.h"

#include "core/base/parallel.h"
#include "core/compact/allocation.h"
#include "core/sensitivity/pool.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cdra::compact {

namespace {

using sensitivity::key_of;
using sensitivity::Pool;
using sensitivity::SensitivityMap;

// Positions in the list of all sensitive weights, largest first. A weight at position p is in the selection
// of every count above p, a row with its first weight at p is sensitive for every count above p: so one
// sorting answers every count with a few binary searches.
struct MatrixCurve {
    std::vector<std::uint32_t> weights, first_of_row, first_of_column; // positions, ascending
};

std::uint64_t below(const std::vector<std::uint32_t>& positions, std::uint64_t count) {
    return static_cast<std::uint64_t>(
        std::ranges::lower_bound(positions, count, {}, [](std::uint32_t p) { return std::uint64_t{p}; }) -
        positions.begin());
}

class Curve {
  public:
    Curve(const SensitivityMap& map, const PlanOptions& options, const PlanMaker& maker, std::uint64_t count,
          int threads);
    std::uint64_t parameters(std::uint64_t count) const; // for any count up to the constructor's

  private:
    void rank_weights(const sensitivity::Selection& selection, int threads);

    const SensitivityMap& map_;
    const PlanOptions& options_;
    const PlanMaker& maker_;
    std::unique_ptr<RankStrategy> strategy_;
    std::vector<MatrixCurve> matrices_;
    std::vector<std::vector<std::uint32_t>> vectors_; // positions, ascending
};

Curve::Curve(const SensitivityMap& map, const PlanOptions& options, const PlanMaker& maker, std::uint64_t count,
             int threads)
    : map_(map), options_(options), maker_(maker), strategy_(parse_rank_strategy(options.rank)) {
    if (sensitivity::pool_size(map, options.pool) >= std::numeric_limits<std::uint32_t>::max())
        throw InputError("the budget search takes maps of fewer than 2^32 weights; give gamma or tau");
    rank_weights(sensitivity::select_top(map, options.pool, count, threads), threads);
}

void Curve::rank_weights(const sensitivity::Selection& selection, int threads) {
    // Key and ordinal in one number: descending by key, ascending by (tensor, index).
    std::vector<std::uint64_t> entries;
    entries.reserve(selection.count);
    std::uint64_t ordinal = 0; // of a tensor's first value in the pool
    const auto add = [&](const std::vector<std::uint32_t>& indices, std::span<const float> values) {
        for (const std::uint32_t index : indices)
            entries.push_back(std::uint64_t{~key_of(values[index])} << 32 | (ordinal + index));
        ordinal += values.size();
    };
    for (std::size_t i = 0; i < map_.matrices.size(); ++i)
        add(selection.matrices[i], map_.matrices[i].values);
    if (options_.pool == Pool::all)
        for (std::size_t i = 0; i < map_.vectors.size(); ++i)
            add(selection.vectors[i], map_.vectors[i].values);
    std::ranges::sort(entries);

    std::vector<std::uint64_t> begins; // the first ordinal of each tensor of the pool
    ordinal = 0;
    for (const auto values : sensitivity::pool_tensors(map_, options_.pool)) {
        begins.push_back(ordinal);
        ordinal += values.size();
    }
    matrices_.resize(map_.matrices.size());
    vectors_.resize(map_.vectors.size());
    std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> placed(
        map_.matrices.size()); // position, index
    for (std::size_t position = 0; position < entries.size(); ++position) {
        const std::uint64_t at = entries[position] & 0xFFFFFFFFU;
        const auto tensor =
            static_cast<std::size_t>(std::ranges::upper_bound(begins, at) - begins.begin()) - 1;
        const auto where = static_cast<std::uint32_t>(position);
        if (tensor < placed.size())
            placed[tensor].emplace_back(where, static_cast<std::uint32_t>(at - begins[tensor]));
        else
            vectors_[tensor - placed.size()].push_back(where);
    }
    parallel_for(threads, placed.size(), [&](std::size_t, std::size_t i) {
        const auto& shape = map_.matrices[i].shape;
        const auto in = static_cast<std::uint32_t>(shape.in);
        std::vector<bool> row_seen(static_cast<std::size_t>(shape.in)),
            column_seen(static_cast<std::size_t>(shape.out));
        for (const auto& [position, index] : placed[i]) {
            const std::uint32_t column = index / in, row = index % in;
            matrices_[i].weights.push_back(position);
            if (!row_seen[row]) matrices_[i].first_of_row.push_back(position);
            if (!column_seen[column]) matrices_[i].first_of_column.push_back(position);
            row_seen[row] = column_seen[column] = true;
        }
    });
    if (options_.pool == Pool::all) return;
    // Vectors outside the pool go by the threshold: selected once every larger weight is.
    for (std::size_t i = 0; i < map_.vectors.size(); ++i) {
        for (const std::uint32_t index : selection.vectors[i]) {
            const std::uint64_t key = std::uint64_t{~key_of(map_.vectors[i].values[index])} << 32;
            vectors_[i].push_back(
                static_cast<std::uint32_t>(std::ranges::lower_bound(entries, key) - entries.begin()));
        }
        std::ranges::sort(vectors_[i]);
    }
}

std::uint64_t Curve::parameters(std::uint64_t count) const {
    std::vector<RankInput> inputs;
    std::vector<BoxSides> boxes;
    for (std::size_t i = 0; i < matrices_.size(); ++i) {
        const auto& shape = map_.matrices[i].shape;
        const MatrixCurve& curve = matrices_[i];
        const std::uint64_t rows = below(curve.first_of_row, count),
                            columns = below(curve.first_of_column, count);
        inputs.push_back({shape.name, static_cast<std::uint64_t>(shape.in),
                          static_cast<std::uint64_t>(shape.out), rows, columns, below(curve.weights, count)});
        boxes.push_back(
            box_sides({static_cast<std::uint32_t>(shape.in), static_cast<std::uint32_t>(shape.out),
                       static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(columns)},
                      options_.quadrant, options_.size_scale));
    }
    const auto allotments = maker_.allot
                                ? maker_.allot(inputs, boxes)
                                : allot(inputs, boxes, {*strategy_, options_.edited_ranks, options_.rank_zero});
    std::uint64_t total =
        options_.class_token ? static_cast<std::uint64_t>(map_.provenance.class_token_parameters) : 0;
    for (std::size_t i = 0; i < allotments.size(); ++i)
        total += parameters_of(allotments[i],
                               settled(boxes[i], allotments[i],
                                       {static_cast<std::uint32_t>(inputs[i].rows),
                                        static_cast<std::uint32_t>(inputs[i].columns)}),
                               inputs[i].sensitive);
    for (std::size_t i = 0; i < vectors_.size(); ++i)
        total += parameters_of_vector(map_.vectors[i].shape, below(vectors_[i], count), options_, maker_);
    return total;
}

} // namespace

std::uint64_t parameters_for_count(const SensitivityMap& map, const PlanOptions& options,
                                   std::uint64_t count, const PlanMaker& maker) {
    return Curve(map, options, maker, count, 1).parameters(count);
}

std::uint64_t count_for_budget(const SensitivityMap& map, const PlanOptions& options, ProgressSink& progress,
                               const std::stop_token& stop, int threads, const PlanMaker& maker) {
    if (!maker.allot && parse_rank_strategy(options.rank)->needs_spectrum())
        throw InputError("a budget can't be searched with rank strategy " + options.rank +
                         ", whose ranks follow from each plan's spectra; give gamma or tau, and the factor after the colon");
    const double percent = std::get<Budget>(options.amount).percent;
    if (!(percent >= 0 && percent <= 100))
        throw InputError("budget is " + std::to_string(percent) +
                         ", expected a percentage of the backbone from 0 to 100");
    const auto backbone = static_cast<double>(map.provenance.backbone_parameters);
    const auto within = [&](std::uint64_t parameters) {
        return 100.0 * static_cast<double>(parameters) / backbone <=
               percent; // as CompactPlan::trainable_percent
    };
    const std::uint64_t pool = sensitivity::pool_size(map, options.pool);
    std::uint64_t reach =
        std::min<std::uint64_t>(pool, static_cast<std::uint64_t>(percent / 100 * backbone) * 4 + 1024);
    for (;;) {
        throw_if_stopped(stop);
        progress.report({"budget", static_cast<std::int64_t>(reach), static_cast<std::int64_t>(pool), ""});
        const Curve curve(map, options, maker, reach, threads);
        if (within(curve.parameters(reach)) && reach < pool) {
            reach = reach > pool / 2 ? pool : reach * 2;
            continue;
        }
        // Down the grid to the first count within the budget.
        std::uint64_t low = reach, high = reach + 1;
        while (low > 0 && !within(curve.parameters(low))) {
            throw_if_stopped(stop);
            high = low;
            low -= std::max<std::uint64_t>(1, low / 33);
        }
        if (low == 0 && !within(curve.parameters(0)))
            throw InputError("a budget of " + std::to_string(percent) +
                             " % is less than the class token alone (" +
                             std::to_string(100.0 * static_cast<double>(curve.parameters(0)) / backbone) +
                             " %); raise it or leave the class token out");
        // Then between it and its neighbour, which is over: ends with low within, low + 1 over.
        while (high - low > 1) {
            const std::uint64_t middle = low + (high - low) / 2;
            (within(curve.parameters(middle)) ? low : high) = middle;
        }
        return low;
    }
}

} // namespace cdra::compact
