// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The rank strategies, one file each; ranks.cpp holds their table.
#pragma once

#include "core/compact/ranks.h"

namespace cdra::compact {

__extension__ using Wide = unsigned __int128;

std::unique_ptr<RankStrategy> make_eq7(std::string_view argument);
std::unique_ptr<RankStrategy> make_eq7_unscaled(std::string_view argument);
std::unique_ptr<RankStrategy> make_fixed(std::string_view argument);
std::unique_ptr<RankStrategy> make_scale(std::string_view argument);
std::unique_ptr<RankStrategy> make_minimum(std::string_view argument);
std::unique_ptr<RankStrategy> make_marginal(std::string_view argument);
std::unique_ptr<RankStrategy> make_from_file(std::string_view argument);

// For strategies without one. Throws InputError.
void refuse_argument(std::string_view word, std::string_view argument);
// A quotient as a rank: whatever is beyond 32 bits is capped by min(d̄, k̄) anyway.
std::uint32_t as_rank(Wide value) noexcept;
// Sizes beyond 2^32 would overflow the exact products. Throws InputError.
void check_sizes(const RankInput& matrix);

} // namespace cdra::compact
