// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/sensitivity/selection.h"

#include "core/base/decimal.h"
#include "core/base/parallel.h"
#include "core/sensitivity/pool.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

namespace cdra::sensitivity {

std::string_view name_of(Pool pool) noexcept {
    return pool == Pool::all ? "all" : "matrices";
}

Pool parse_pool(std::string_view word) {
    if (word == "all") return Pool::all;
    if (word == "matrices") return Pool::matrices;
    throw InputError("pool \"" + std::string(word) + "\" is unknown; expected one of: all, matrices");
}

std::uint64_t Selection::selected_in_matrices() const noexcept {
    return std::accumulate(matrices.begin(), matrices.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& list) { return sum + list.size(); });
}

std::uint64_t pool_size(const SensitivityMap& map, Pool pool) noexcept {
    return static_cast<std::uint64_t>(map.matrix_weights() + (pool == Pool::all ? map.vector_weights() : 0));
}

std::uint64_t count_for_gamma(double gamma, std::uint64_t pool_size) {
    if (!(gamma >= 0 && gamma <= 1))
        throw InputError("gamma is " + std::to_string(gamma) +
                         ", expected a fraction from 0 to 1 (0.01 is 1 %)");
    return floor_of_product(Decimal::from(gamma), pool_size).value();
}

void check_count(std::uint64_t count, std::uint64_t pool_size) {
    if (count > pool_size)
        throw InputError("tau is " + std::to_string(count) + ", more than the " + std::to_string(pool_size) +
                         " weights of the pool; give a smaller count");
}

std::vector<std::span<const float>> pool_tensors(const SensitivityMap& map, Pool pool) {
    std::vector<std::span<const float>> tensors;
    for (const auto& matrix : map.matrices)
        tensors.emplace_back(matrix.values);
    if (pool == Pool::all)
        for (const auto& vector : map.vectors)
            tensors.emplace_back(vector.values);
    return tensors;
}

namespace {

// Keys are 31 bits: 16 high ones decide first, 15 low ones then.
constexpr int low_bits = 15;
constexpr std::size_t high_bins = std::size_t{1} << 16, low_bins_count = std::size_t{1} << low_bits;

struct Piece {
    std::size_t tensor;
    std::uint32_t begin, end;
};

std::vector<Piece> pieces_of(const std::vector<std::span<const float>>& tensors) {
    constexpr std::size_t largest = std::size_t{1} << 18;
    std::vector<Piece> pieces;
    for (std::size_t tensor = 0; tensor < tensors.size(); ++tensor)
        for (std::size_t begin = 0; begin < tensors[tensor].size(); begin += largest)
            pieces.push_back({tensor, static_cast<std::uint32_t>(begin),
                              static_cast<std::uint32_t>(std::min(begin + largest, tensors[tensor].size()))});
    return pieces;
}

// Sums of counts are the same in every order, so threads change nothing.
template <class ForEach, class Bin>
std::vector<std::uint64_t> histogram(std::size_t pieces, std::size_t bins, int threads, ForEach for_each, Bin bin) {
    const auto workers = static_cast<std::size_t>(std::max(threads, 1));
    std::vector<std::vector<std::uint64_t>> partial(workers);
    parallel_for(threads, pieces, [&](std::size_t thread, std::size_t piece) {
        auto& counts = partial[thread];
        if (counts.empty()) counts.assign(bins, 0);
        for_each(piece, [&](std::uint32_t key) { bin(key, counts); });
    });
    std::vector<std::uint64_t> total(bins, 0);
    for (const auto& counts : partial)
        for (std::size_t i = 0; i < counts.size(); ++i)
            total[i] += counts[i];
    return total;
}

// The bin in which the `wanted`-th largest lies; `wanted` becomes its rank within that bin.
std::uint32_t bin_of_rank(const std::vector<std::uint64_t>& counts, std::uint64_t& wanted) {
    std::size_t bin = counts.size() - 1;
    while (counts[bin] < wanted)
        wanted -= counts[bin--];
    return static_cast<std::uint32_t>(bin);
}

std::vector<std::uint32_t> at_least(std::span<const float> values, std::uint32_t begin, std::uint32_t end,
                                    std::uint32_t key) {
    std::vector<std::uint32_t> found;
    for (std::uint32_t i = begin; i < end; ++i)
        if (key_of(values[i]) >= key) found.push_back(i);
    return found;
}

// The values of one piece that are at least some key: few, so that the rest of the work is not about the whole list.
struct Candidates {
    std::vector<std::uint32_t> indices, keys;
};

Candidates candidates(std::span<const float> values, const Piece& piece, std::uint32_t key) {
    // Most blocks hold none: a comparison without a branch tells, and vector instructions do it.
    constexpr std::uint32_t block = 32;
    Candidates found;
    std::array<std::uint32_t, block> indices{};
    for (std::uint32_t begin = piece.begin; begin < piece.end; begin += block) {
        const std::uint32_t size = std::min(block, piece.end - begin);
        const float* at = values.data() + begin;
        if (size == block) {
            std::int32_t any = 0;
            for (std::uint32_t i = 0; i < block; ++i)
                any |= -static_cast<std::int32_t>(static_cast<std::int32_t>(key_of(at[i])) >= static_cast<std::int32_t>(key));
            if (any == 0) continue;
        }
        std::uint32_t hits = 0;
        for (std::uint32_t i = 0; i < size; ++i) {
            indices[hits] = begin + i;
            hits += key_of(at[i]) >= key;
        }
        for (std::uint32_t i = 0; i < hits; ++i) {
            found.indices.push_back(indices[i]);
            found.keys.push_back(key_of(values[indices[i]]));
        }
    }
    return found;
}

// A key that nearly surely lies a little below the `count`-th largest: of a sample at fixed places, so that it is a
// function of the map. 0 if no key is likely to leave out much.
std::uint32_t lower_bound_of(const std::vector<std::span<const float>>& tensors, std::uint64_t pool, std::uint64_t count) {
    constexpr std::uint64_t samples = 1 << 15;
    if (pool < 16 * samples || count > pool / 8) return 0;
    std::vector<std::uint32_t> keys;
    keys.reserve(samples);
    const std::uint64_t step = (pool / samples) | 1; // odd: not the same column of every row
    std::uint64_t at = step / 2;
    for (const auto& values : tensors) {
        for (; at < values.size(); at += step)
            keys.push_back(key_of(values[at]));
        at -= values.size();
    }
    const double share = static_cast<double>(count) / static_cast<double>(pool);
    const double rank = share * static_cast<double>(keys.size());
    const auto safe = static_cast<std::size_t>(rank + 6 * std::sqrt(rank) + 8); // six standard deviations
    if (safe >= keys.size()) return 0;
    const auto place = keys.begin() + static_cast<std::ptrdiff_t>(safe);
    std::ranges::nth_element(keys, place, std::greater<>());
    return *place;
}

// The exact key of rank `wanted` among lists of keys, given by for_each(piece, function of a key); `wanted` becomes its
// rank among those that equal it.
template <class ForEach>
std::uint32_t key_of_rank(std::size_t pieces, int threads, std::uint64_t& wanted, ForEach for_each) {
    const std::uint32_t high = bin_of_rank(
        histogram(pieces, high_bins, threads, for_each, [](std::uint32_t key, auto& counts) { ++counts[key >> low_bits]; }),
        wanted);
    const std::uint32_t low = bin_of_rank(histogram(pieces, low_bins_count, threads, for_each,
                                                    [high](std::uint32_t key, auto& counts) {
                                                        if (key >> low_bits == high)
                                                            ++counts[key & (low_bins_count - 1)];
                                                    }),
                                          wanted);
    return high << low_bits | low;
}

} // namespace

Selection select_top(const SensitivityMap& map, Pool pool, std::uint64_t count, int threads) {
    Selection selection;
    selection.pool = pool;
    selection.pool_size = pool_size(map, pool);
    selection.count = count;
    check_count(count, selection.pool_size);
    selection.gamma =
        selection.pool_size ? static_cast<double>(count) / static_cast<double>(selection.pool_size) : 0;
    selection.matrices.resize(map.matrices.size());
    selection.vectors.resize(map.vectors.size());
    if (count == 0) return selection;

    const auto tensors = pool_tensors(map, pool);
    const auto pieces = pieces_of(tensors);
    // One pass over the map leaves the few that may be selected; where a bound can't be told beforehand, or has turned
    // out too high, all of them may be.
    std::vector<Candidates> few;
    if (const std::uint32_t bound = lower_bound_of(tensors, selection.pool_size, count); bound > 0) {
        few.resize(pieces.size());
        parallel_for(threads, pieces.size(),
                     [&](std::size_t, std::size_t i) { few[i] = candidates(tensors[pieces[i].tensor], pieces[i], bound); });
        std::uint64_t found = 0;
        for (const auto& piece : few) found += piece.keys.size();
        if (found < count) few.clear();
    }
    std::uint64_t ties = count; // becomes how many of those equal to the threshold are taken: the first ones
    const std::uint32_t threshold =
        few.empty() ? key_of_rank(pieces.size(), threads, ties,
                                  [&](std::size_t i, auto take) {
                                      const float* values = tensors[pieces[i].tensor].data();
                                      for (std::uint32_t at = pieces[i].begin; at < pieces[i].end; ++at)
                                          take(key_of(values[at]));
                                  })
                    : key_of_rank(few.size(), count < 65536 ? 1 : threads, ties, [&](std::size_t i, auto take) {
                          for (const std::uint32_t key : few[i].keys) take(key);
                      });
    selection.threshold = value_of(threshold);

    std::vector<std::vector<std::uint32_t>> found(pieces.size());
    if (few.empty())
        parallel_for(threads, pieces.size(), [&](std::size_t, std::size_t i) {
            found[i] = at_least(tensors[pieces[i].tensor], pieces[i].begin, pieces[i].end, threshold);
        });
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::size_t tensor = pieces[i].tensor;
        auto& list = tensor < map.matrices.size() ? selection.matrices[tensor]
                                                  : selection.vectors[tensor - map.matrices.size()];
        const auto take = [&](std::uint32_t index, std::uint32_t key) {
            if (key < threshold) return;
            if (key == threshold) {
                if (ties == 0) return;
                --ties;
            }
            list.push_back(index);
        };
        if (few.empty())
            for (const std::uint32_t index : found[i]) take(index, key_of(tensors[tensor][index]));
        else
            for (std::size_t j = 0; j < few[i].keys.size(); ++j) take(few[i].indices[j], few[i].keys[j]);
    }
    if (pool == Pool::matrices)
        for (std::size_t i = 0; i < map.vectors.size(); ++i)
            selection.vectors[i] =
                at_least(map.vectors[i].values, 0, static_cast<std::uint32_t>(map.vectors[i].values.size()),
                         threshold);
    return selection;
}

Selection select_top_by_sorting(const SensitivityMap& map, Pool pool, std::uint64_t count) {
    struct Entry {
        float value;
        std::size_t tensor;
        std::uint32_t index;
    };
    std::vector<Entry> entries;
    const auto tensors = pool_tensors(map, pool);
    for (std::size_t tensor = 0; tensor < tensors.size(); ++tensor)
        for (std::uint32_t i = 0; i < tensors[tensor].size(); ++i)
            entries.push_back({tensors[tensor][i], tensor, i});
    check_count(count, entries.size());
    std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) { return a.value > b.value; });

    Selection selection;
    selection.pool = pool;
    selection.pool_size = entries.size();
    selection.count = count;
    selection.gamma = entries.empty() ? 0 : static_cast<double>(count) / static_cast<double>(entries.size());
    selection.matrices.resize(map.matrices.size());
    selection.vectors.resize(map.vectors.size());
    if (count == 0) return selection;
    selection.threshold = entries[count - 1].value;
    for (std::uint64_t i = 0; i < count; ++i) {
        const Entry& entry = entries[i];
        if (entry.tensor < map.matrices.size())
            selection.matrices[entry.tensor].push_back(entry.index);
        else
            selection.vectors[entry.tensor - map.matrices.size()].push_back(entry.index);
    }
    if (pool == Pool::matrices)
        for (std::size_t v = 0; v < map.vectors.size(); ++v)
            for (std::uint32_t i = 0; i < map.vectors[v].values.size(); ++i)
                if (map.vectors[v].values[i] >= selection.threshold) selection.vectors[v].push_back(i);
    for (auto& list : selection.matrices)
        std::ranges::sort(list);
    for (auto& list : selection.vectors)
        std::ranges::sort(list);
    return selection;
}

} // namespace cdra::sensitivity
