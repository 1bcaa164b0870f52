// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/compact/strategies/strategies.h"

#include <algorithm>
#include <charconv>

namespace cdra::compact {

namespace {

// eq7-unscaled with a floor: no sensitive matrix goes without a product of at least this rank.
class Minimum final : public RankStrategy {
  public:
    explicit Minimum(std::uint32_t least) : least_(least) {}
    std::vector<std::uint32_t> ranks(std::span<const RankInput> matrices) const override {
        std::vector<std::uint32_t> result = make_eq7_unscaled({})->ranks(matrices);
        for (std::uint32_t& rank : result)
            rank = std::max(rank, least_);
        return result;
    }

  private:
    std::uint32_t least_;
};

} // namespace

std::unique_ptr<RankStrategy> make_minimum(std::string_view argument) {
    std::uint32_t least = 0;
    const char* end = argument.data() + argument.size();
    const auto [stop, error] = std::from_chars(argument.data(), end, least);
    if (argument.empty() || error != std::errc() || stop != end || least == 0)
        throw InputError("rank strategy \"min:" + std::string(argument) +
                         "\": expected a whole number of 1 or more, e.g. min:4");
    return std::make_unique<Minimum>(least);
}

} // namespace cdra::compact
