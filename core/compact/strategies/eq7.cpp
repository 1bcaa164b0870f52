// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/strategies/strategies.h"

namespace cdra::compact {

namespace {

// Eq. 7 as printed: the greatest r with Σm ≥ (d̄·r + k̄·r)·(d·k)/(d̄·k̄).
class Eq7 final : public RankStrategy {
  public:
    std::vector<std::uint32_t> ranks(std::span<const RankInput> matrices) const override {
        std::vector<std::uint32_t> result;
        for (const RankInput& m : matrices) {
            check_sizes(m);
            const Wide numerator = static_cast<Wide>(m.sensitive) * m.compact_rows * m.compact_columns;
            const Wide denominator =
                static_cast<Wide>(m.compact_rows + m.compact_columns) * m.rows * m.columns;
            result.push_back(denominator == 0 ? 0 : as_rank(numerator / denominator));
        }
        return result;
    }
};

} // namespace

std::unique_ptr<RankStrategy> make_eq7(std::string_view argument) {
    refuse_argument("eq7", argument);
    return std::make_unique<Eq7>();
}

} // namespace cdra::compact
