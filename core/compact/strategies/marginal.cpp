// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/decimal.h"
#include "core/base/error.h"
#include "core/compact/strategies/strategies.h"

#include <algorithm>
#include <charconv>
#include <queue>

namespace cdra::compact {

namespace {

// A rank-r approximation of the root of the box's sensitivities holds the r largest of its squared singular values:
// the r-th of them is what the r-th rank gains, at the price of d̄ + k̄ parameters. Gains fall with r, so always
// taking the dearest gain per parameter is the best use of a budget, but for what is left over at its end. The
// budget is that of eq7-unscaled without its rounding, times X, over all matrices together.
class Marginal final : public RankStrategy {
  public:
    explicit Marginal(Decimal factor) : factor_(factor) {}
    bool needs_spectrum() const override { return true; }

    std::vector<std::uint32_t> ranks(std::span<const RankInput> matrices) const override {
        std::uint64_t sensitive = 0;
        std::priority_queue<Offer> offers;
        const auto offer = [&](std::size_t i, std::uint32_t rank) {
            const RankInput& m = matrices[i];
            if (rank >= m.spectrum.size() || !(m.spectrum[rank] > 0)) return;
            const std::uint64_t price = m.compact_rows + m.compact_columns;
            offers.push({double{m.spectrum[rank]} / static_cast<double>(price), i, rank, price});
        };
        for (std::size_t i = 0; i < matrices.size(); ++i) {
            const RankInput& m = matrices[i];
            check_sizes(m);
            if (m.sensitive > 0 && m.spectrum.empty())
                throw InputError("rank strategy marginal: the plan holds no spectrum of " + m.name +
                                 "'s box; make the plan anew from its map with --rank marginal:1");
            sensitive += m.sensitive;
            offer(i, 0);
        }
        std::uint64_t left = floor_of_product(factor_, sensitive).value_or(~std::uint64_t{0});
        std::vector<std::uint32_t> result(matrices.size(), 0);
        while (!offers.empty()) {
            const Offer best = offers.top();
            offers.pop();
            if (best.price > left) continue; // a cheaper matrix may still fit
            left -= best.price;
            result[best.matrix] = best.rank + 1;
            offer(best.matrix, best.rank + 1);
        }
        return result;
    }

  private:
    struct Offer {
        double gain = 0; // per parameter
        std::size_t matrix = 0;
        std::uint32_t rank = 0;
        std::uint64_t price = 0;
        bool operator<(const Offer& other) const { // the queue gives the greatest: ties to the earlier matrix
            return gain != other.gain ? gain < other.gain : matrix > other.matrix;
        }
    };
    Decimal factor_;
};

} // namespace

std::unique_ptr<RankStrategy> make_marginal(std::string_view argument) {
    double factor = 1;
    const char* end = argument.data() + argument.size();
    if (!argument.empty()) {
        const auto [stop, error] = std::from_chars(argument.data(), end, factor);
        if (error != std::errc() || stop != end || !(factor > 0 && factor <= 1e6))
            throw InputError("rank strategy \"marginal:" + std::string(argument) +
                             "\": expected a number above 0, e.g. marginal:1");
    }
    return std::make_unique<Marginal>(Decimal::from(factor));
}

} // namespace cdra::compact
