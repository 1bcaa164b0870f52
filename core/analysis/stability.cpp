// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/stability.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/sensitivity/pool.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

namespace cdra::analysis {
namespace {

using sensitivity::SensitivityMap;

// Twice the mean rank of every value, so that it stays whole: ties share the sum of their first and last place.
std::vector<std::uint64_t> doubled_ranks(std::span<const float> values) {
    std::vector<std::uint64_t> keyed(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        keyed[i] = std::uint64_t{sensitivity::key_of(values[i])} << 32 | i;
    std::ranges::sort(keyed);
    std::vector<std::uint64_t> ranks(values.size());
    for (std::size_t begin = 0; begin < keyed.size();) {
        std::size_t end = begin;
        while (end < keyed.size() && keyed[end] >> 32 == keyed[begin] >> 32)
            ++end;
        for (std::size_t i = begin; i < end; ++i)
            ranks[keyed[i] & 0xFFFFFFFFU] = begin + end - 1;
        begin = end;
    }
    return ranks;
}

template <class Ranks> double correlation(const Ranks& a, const Ranks& b) {
    const auto n = static_cast<double>(a.size());
    if (a.empty()) return 0;
    const double mean = n - 1; // of doubled ranks from 0
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = static_cast<double>(a[i]) - mean, y = static_cast<double>(b[i]) - mean;
        ab += x * y, aa += x * x, bb += y * y;
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

std::uint64_t common(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    std::uint64_t count = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j]) ++count, ++i, ++j;
        else if (a[i] < b[j]) ++i;
        else ++j;
    }
    return count;
}

double jaccard(std::uint64_t first, std::uint64_t second, std::uint64_t both) {
    const std::uint64_t either = first + second - both;
    return either == 0 ? 1 : static_cast<double>(both) / static_cast<double>(either);
}

void check_alike(const SensitivityMap& first, const SensitivityMap& second) {
    const auto refuse = [](const std::string& what) {
        throw InputError("the maps are not of the same model: " + what + "; compare maps of one model");
    };
    if (first.matrices.size() != second.matrices.size() || first.vectors.size() != second.vectors.size())
        refuse("they hold " + std::to_string(first.matrices.size()) + " and " +
               std::to_string(second.matrices.size()) + " matrices");
    for (std::size_t i = 0; i < first.matrices.size(); ++i) {
        const auto &a = first.matrices[i].shape, &b = second.matrices[i].shape;
        if (a.name != b.name || a.in != b.in || a.out != b.out) refuse(a.name + " against " + b.name);
    }
    for (std::size_t i = 0; i < first.vectors.size(); ++i)
        if (first.vectors[i].shape.name != second.vectors[i].shape.name ||
            first.vectors[i].shape.size != second.vectors[i].shape.size)
            refuse(first.vectors[i].shape.name + " against " + second.vectors[i].shape.name);
}

std::vector<float> pooled(const SensitivityMap& map, sensitivity::Pool pool) {
    std::vector<float> values;
    values.reserve(sensitivity::pool_size(map, pool));
    for (const auto tensor : sensitivity::pool_tensors(map, pool))
        values.insert(values.end(), tensor.begin(), tensor.end());
    return values;
}

} // namespace

double spearman(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size()) throw Error("spearman: two lists of different lengths");
    if (a.size() >= std::numeric_limits<std::uint32_t>::max()) throw InputError("spearman: more than 2^32 values");
    const auto left = doubled_ranks(a);
    return correlation(left, doubled_ranks(b));
}

double spearman_by_counting(std::span<const float> a, std::span<const float> b) {
    const auto ranks = [](std::span<const float> values) {
        std::vector<std::uint64_t> result;
        for (const float value : values) {
            std::uint64_t below = 0, equal = 0;
            for (const float other : values)
                below += other < value, equal += other == value;
            result.push_back(2 * below + equal - 1);
        }
        return result;
    };
    return correlation(ranks(a), ranks(b));
}

MapComparison compare_maps(const SensitivityMap& first, const SensitivityMap& second, sensitivity::Pool pool,
                           const std::vector<double>& gammas, ProgressSink& progress, const std::stop_token& stop,
                           int threads) {
    check_alike(first, second);
    if (gammas.empty()) throw InputError("no gamma is given; expected one fraction or more, e.g. 0.0043");
    const auto total = static_cast<std::int64_t>(gammas.size() + first.matrices.size() + 1);
    std::int64_t done = 0;
    MapComparison result;
    result.matrices.resize(first.matrices.size());
    for (const double gamma : gammas) {
        throw_if_stopped(stop);
        const auto count = sensitivity::count_for_gamma(gamma, sensitivity::pool_size(first, pool));
        const auto a = sensitivity::select_top(first, pool, count, threads);
        const auto b = sensitivity::select_top(second, pool, count, threads);
        Overlap overlap{gamma, count, 0, 0, gamma / (2 - gamma)};
        for (std::size_t i = 0; i < a.matrices.size(); ++i) {
            const std::uint64_t both = common(a.matrices[i], b.matrices[i]);
            overlap.common += both;
            if (!result.overlaps.empty()) continue;
            auto& matrix = result.matrices[i];
            matrix = {first.matrices[i].shape.name, a.matrices[i].size(), b.matrices[i].size(), both, 0, 0};
            matrix.jaccard = jaccard(matrix.first, matrix.second, both);
        }
        if (pool == sensitivity::Pool::all)
            for (std::size_t i = 0; i < a.vectors.size(); ++i)
                overlap.common += common(a.vectors[i], b.vectors[i]);
        overlap.jaccard = jaccard(count, count, overlap.common);
        result.overlaps.push_back(overlap);
        progress.report({"compare", ++done, total, "masks"});
    }
    std::mutex mutex;
    parallel_for(threads, first.matrices.size(), [&](std::size_t, std::size_t i) {
        throw_if_stopped(stop);
        result.matrices[i].spearman = spearman(first.matrices[i].values, second.matrices[i].values);
        const std::lock_guard guard(mutex);
        progress.report({"compare", ++done, total, "rank correlation"});
    });
    throw_if_stopped(stop);
    result.spearman = spearman(pooled(first, pool), pooled(second, pool));
    progress.report({"compare", total, total, ""});
    return result;
}

} // namespace cdra::analysis
