// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Single weights as a low-rank product: a change of n weights has as many terms as it takes inputs and outputs to
// cover them all, each term one input's column or one output's row. The fewest that do is a minimum vertex cover of
// the bipartite graph of inputs and outputs (König: as large as a maximum matching), so nothing is lost and no term
// is wasted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cdra::compact {

struct MaskCover {
    std::vector<std::uint32_t> inputs, outputs; // sorted
    std::size_t rank() const noexcept { return inputs.size() + outputs.size(); }
};

// `mask`: flat indices of the [out, in] weight.
MaskCover cover_of_mask(std::span<const std::uint32_t> mask, std::int64_t in);

// Whether a product of this rank is still smaller than the matrix it changes.
bool smaller_than_matrix(std::size_t rank, std::int64_t out, std::int64_t in) noexcept;

} // namespace cdra::compact
