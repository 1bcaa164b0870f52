// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/sensitivity/sliding_selection.h"

#include "core/base/parallel.h"
#include "core/sensitivity/pool.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>

namespace cdra::sensitivity {

namespace {

// Descending, halves on two threads where there are two.
void sort_descending(std::vector<std::uint64_t>& values, int threads) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    if (threads < 2) {
        std::ranges::sort(values, std::greater<>());
        return;
    }
    std::nth_element(values.begin(), middle, values.end(), std::greater<>());
    parallel_for(2, 2, [&](std::size_t, std::size_t half) {
        std::sort(half == 0 ? values.begin() : middle, half == 0 ? middle : values.end(), std::greater<>());
    });
}

} // namespace

SlidingSelection::SlidingSelection(const SensitivityMap& map, Pool pool, std::uint64_t reach, const std::stop_token& stop,
                                   int threads)
    : pool_(pool), pool_size_(sensitivity::pool_size(map, pool)) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    if (reach > most)
        throw InputError("tau is " + std::to_string(reach) + "; at most " + std::to_string(most) + " weights can be ranked at once");
    Selection widest = select_top(map, pool, reach, threads);
    throw_if_stopped(stop);
    const auto tensors = pool_tensors(map, pool);
    // Of equal keys the earlier entry comes first: its complement is the larger.
    std::vector<std::uint64_t> ranked;
    ranked.reserve(reach);
    for (std::size_t t = 0; t < tensors.size(); ++t) {
        Tensor tensor;
        tensor.begin = static_cast<std::uint32_t>(ranked.size());
        tensor.indices = std::move(t < map.matrices.size() ? widest.matrices[t] : widest.vectors[t - map.matrices.size()]);
        for (const std::uint32_t index : tensor.indices) {
            const auto entry = static_cast<std::uint32_t>(ranked.size());
            ranked.push_back(std::uint64_t{key_of(tensors[t][index])} << 32 | static_cast<std::uint32_t>(~entry));
        }
        tensors_.push_back(std::move(tensor));
    }
    throw_if_stopped(stop);
    sort_descending(ranked, threads);
    throw_if_stopped(stop);
    by_rank_.reserve(reach);
    keys_.reserve(reach);
    for (const std::uint64_t one : ranked) {
        by_rank_.push_back(~static_cast<std::uint32_t>(one));
        keys_.push_back(static_cast<std::uint32_t>(one >> 32));
    }
    selected_.assign(reach / 64 + 1, 0);
}

float SlidingSelection::threshold() const noexcept {
    return count_ == 0 ? 0.0F : value_of(keys_[count_ - 1]);
}

void SlidingSelection::move_to(std::uint64_t count) {
    check_count(count, by_rank_.size());
    const auto [from, to] = std::minmax(count_, count);
    for (std::uint64_t rank = from; rank < to; ++rank) {
        const std::uint32_t entry = by_rank_[rank];
        selected_[entry / 64] ^= std::uint64_t{1} << (entry % 64);
    }
    count_ = count;
}

Selection SlidingSelection::selection(const SensitivityMap& map, int threads) const {
    Selection selection;
    selection.pool = pool_;
    selection.pool_size = pool_size_;
    selection.count = count_;
    selection.gamma = pool_size_ ? static_cast<double>(count_) / static_cast<double>(pool_size_) : 0;
    selection.threshold = threshold();
    selection.matrices.resize(map.matrices.size());
    selection.vectors.resize(map.vectors.size());
    if (count_ == 0) return selection;
    parallel_for(threads, tensors_.size(), [&](std::size_t, std::size_t t) {
        const Tensor& tensor = tensors_[t];
        auto& list = t < map.matrices.size() ? selection.matrices[t] : selection.vectors[t - map.matrices.size()];
        const std::uint64_t end = tensor.begin + std::uint64_t{tensor.indices.size()};
        for (std::uint64_t word = tensor.begin / 64; word * 64 < end; ++word) {
            std::uint64_t bits = selected_[word];
            if (word * 64 < tensor.begin) bits &= ~std::uint64_t{0} << (tensor.begin % 64);
            if (end - word * 64 < 64) bits &= (std::uint64_t{1} << (end % 64)) - 1;
            for (; bits != 0; bits &= bits - 1)
                list.push_back(tensor.indices[word * 64 + static_cast<std::uint64_t>(std::countr_zero(bits)) - tensor.begin]);
        }
    });
    // Vectors outside the pool go by the threshold.
    if (pool_ == Pool::matrices)
        for (std::size_t i = 0; i < map.vectors.size(); ++i) {
            const auto& values = map.vectors[i].values;
            for (std::uint32_t index = 0; index < values.size(); ++index)
                if (key_of(values[index]) >= keys_[count_ - 1]) selection.vectors[i].push_back(index);
        }
    return selection;
}

} // namespace cdra::sensitivity
