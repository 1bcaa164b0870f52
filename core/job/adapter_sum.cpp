// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/adapter_sum.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <set>

namespace cdra::job {
namespace {

// What must be equal for two changes to be changes of the same function.
constexpr std::array<const char*, 6> shared = {"model_sha256", "pooling", "image_size", "mean", "std", "position_resampling"};

std::string quoted(const std::string& text) { return "'" + (text.size() > 16 ? text.substr(0, 12) + "…" : text) + "'"; }

std::string value(const Adapter& adapter, const char* key) {
    const auto found = adapter.metadata.find(key);
    return found == adapter.metadata.end() ? "" : found->second;
}

// Features of both, sorted.
std::vector<std::int32_t> united(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
    std::set<std::int32_t> all(a.begin(), a.end());
    all.insert(b.begin(), b.end());
    return {all.begin(), all.end()};
}
bool common(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
    const std::set<std::int32_t> first(a.begin(), a.end());
    return std::ranges::any_of(b, [&](std::int32_t feature) { return first.contains(feature); });
}
std::size_t place(const std::vector<std::int32_t>& sorted, std::int32_t feature) {
    return static_cast<std::size_t>(std::ranges::lower_bound(sorted, feature) - sorted.begin());
}

// [A₁ A₂] · [B₁; B₂] on the rows and columns of both.
LowRank together(const LowRank& one, const LowRank& other) {
    LowRank sum;
    sum.rows = united(one.rows, other.rows);
    sum.columns = united(one.columns, other.columns);
    sum.rank = one.rank + other.rank;
    const auto rank = static_cast<std::size_t>(sum.rank);
    sum.a.assign(sum.rows.size() * rank, 0.0F);
    sum.b.assign(rank * sum.columns.size(), 0.0F);
    std::size_t first = 0;
    for (const LowRank* low : {&one, &other}) {
        const auto own = static_cast<std::size_t>(low->rank);
        for (std::size_t i = 0; i < low->rows.size(); ++i)
            for (std::size_t r = 0; r < own; ++r)
                sum.a[place(sum.rows, low->rows[i]) * rank + first + r] = low->a[i * own + r];
        for (std::size_t r = 0; r < own; ++r)
            for (std::size_t o = 0; o < low->columns.size(); ++o)
                sum.b[(first + r) * sum.columns.size() + place(sum.columns, low->columns[o])] =
                    low->b[r * low->columns.size() + o];
        first += own;
    }
    return sum;
}

class Sum {
  public:
    explicit Sum(const NamedAdapter& first) : first_(first), result_(first.adapter) {}

    void add(const NamedAdapter& next) {
        for (const char* key : shared)
            if (value(first_.adapter, key) != value(next.adapter, key))
                throw InputError(first_.name + " and " + next.name + " can't be added: their " + key + " are " +
                                 quoted(value(first_.adapter, key)) + " and " + quoted(value(next.adapter, key)) +
                                 "; expected adapters of one model, trained on images prepared alike");
        for (const auto& [name, low] : next.adapter.low_rank) {
            const auto mine = result_.low_rank.find(name);
            if (mine != result_.low_rank.end() && common(mine->second.rows, low.rows) && common(mine->second.columns, low.columns))
                overlap(next, name, "the same rows and columns");
            if (result_.masked.contains(name)) overlap(next, name, "weights");
            if (mine == result_.low_rank.end()) result_.low_rank.emplace(name, low);
            else mine->second = together(mine->second, low);
        }
        for (const auto& [name, masked] : next.adapter.masked) {
            const auto mine = result_.masked.find(name);
            if (mine != result_.masked.end() && common(mine->second.indices, masked.indices)) overlap(next, name, "the same weights");
            // Where single weights meet a product, whether they lie in its box is not looked for.
            if (result_.low_rank.contains(name) && !next.adapter.low_rank.contains(name)) overlap(next, name, "weights");
            if (mine == result_.masked.end()) {
                result_.masked.emplace(name, masked);
            } else {
                mine->second.indices.insert(mine->second.indices.end(), masked.indices.begin(), masked.indices.end());
                mine->second.values.insert(mine->second.values.end(), masked.values.begin(), masked.values.end());
            }
        }
        for (const auto& [name, whole] : next.adapter.whole) {
            if (name.starts_with("head.") && result_.whole.contains("head.weight")) continue;
            const auto mine = result_.whole.find(name);
            if (mine == result_.whole.end()) result_.whole.emplace(name, whole);
            else if (mine->second.values != whole.values)
                throw InputError(first_.name + " and " + next.name + " can't be added: both train '" + name +
                                 "' whole, to different values; train one of them without it (--no-tune-vectors, --no-class-token)");
        }
    }

    Adapter take() { return std::move(result_); }

  private:
    [[noreturn]] void overlap(const NamedAdapter& next, const std::string& name, const char* what) const {
        throw InputError(first_.name + " and " + next.name + " can't be added: both change " + what + " of " + name +
                         "; expected adapters that change different parts");
    }

    const NamedAdapter& first_;
    Adapter result_;
};

} // namespace

Adapter sum_of(const std::vector<NamedAdapter>& adapters) {
    if (adapters.empty()) throw InputError("no adapter is named; expected at least one file");
    Sum sum(adapters.front());
    for (std::size_t i = 1; i < adapters.size(); ++i) sum.add(adapters[i]);
    return sum.take();
}

} // namespace cdra::job
