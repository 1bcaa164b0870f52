// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/strategies/strategies.h"

namespace cdra::compact {

namespace {

// The greatest r with Σm ≥ d̄·r + k̄·r: A and B together hold no more numbers than there are sensitive weights.
class Eq7Unscaled final : public RankStrategy {
  public:
    std::vector<std::uint32_t> ranks(std::span<const RankInput> matrices) const override {
        std::vector<std::uint32_t> result;
        for (const RankInput& m : matrices) {
            check_sizes(m);
            const std::uint64_t sides = m.compact_rows + m.compact_columns;
            result.push_back(sides == 0 ? 0 : as_rank(m.sensitive / sides));
        }
        return result;
    }
};

} // namespace

std::unique_ptr<RankStrategy> make_eq7_unscaled(std::string_view argument) {
    refuse_argument("eq7-unscaled", argument);
    return std::make_unique<Eq7Unscaled>();
}

} // namespace cdra::compact
