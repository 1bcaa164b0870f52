// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/decimal.h"
#include "core/base/error.h"
#include "core/compact/strategies/strategies.h"

#include <charconv>
#include <limits>

namespace cdra::compact {

namespace {

// The greatest r with X·Σm ≥ d̄·r + k̄·r: one rounding, so that scale:2 of 0.6 is 1.
class Scale final : public RankStrategy {
  public:
    explicit Scale(Decimal factor) : factor_(factor) {}
    std::vector<std::uint32_t> ranks(std::span<const RankInput> matrices) const override {
        std::vector<std::uint32_t> result;
        for (const RankInput& m : matrices) {
            check_sizes(m);
            const std::uint64_t sides = m.compact_rows + m.compact_columns;
            constexpr std::uint64_t huge = std::numeric_limits<std::uint32_t>::max();
            result.push_back(
                sides == 0 ? 0 : as_rank(floor_of_product(factor_, m.sensitive, sides).value_or(huge)));
        }
        return result;
    }

  private:
    Decimal factor_;
};

} // namespace

std::unique_ptr<RankStrategy> make_scale(std::string_view argument) {
    double factor = 0;
    const char* end = argument.data() + argument.size();
    const auto [stop, error] = std::from_chars(argument.data(), end, factor);
    if (argument.empty() || error != std::errc() || stop != end || !(factor > 0 && factor <= 1e6))
        throw InputError("rank strategy \"scale:" + std::string(argument) +
                         "\": expected a number above 0, e.g. scale:0.5");
    return std::make_unique<Scale>(Decimal::from(factor));
}

} // namespace cdra::compact
