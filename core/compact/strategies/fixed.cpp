// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/compact/strategies/strategies.h"

#include <charconv>

namespace cdra::compact {

namespace {

// Table 4's fixed ranks.
class Fixed final : public RankStrategy {
  public:
    explicit Fixed(std::uint32_t rank) : rank_(rank) {}
    std::vector<std::uint32_t> ranks(std::span<const RankInput> matrices) const override {
        return std::vector<std::uint32_t>(matrices.size(), rank_);
    }

  private:
    std::uint32_t rank_;
};

} // namespace

std::unique_ptr<RankStrategy> make_fixed(std::string_view argument) {
    std::uint32_t rank = 0;
    const char* end = argument.data() + argument.size();
    const auto [stop, error] = std::from_chars(argument.data(), end, rank);
    if (argument.empty() || error != std::errc() || stop != end || rank == 0)
        throw InputError("rank strategy \"fixed:" + std::string(argument) +
                         "\": expected a whole number of 1 or more, e.g. fixed:8");
    return std::make_unique<Fixed>(rank);
}

} // namespace cdra::compact
