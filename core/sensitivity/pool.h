// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The pool seen as one list of sort keys; shared by the selection and the ranking.
#pragma once

#include "core/sensitivity/selection.h"

#include <bit>
#include <span>

namespace cdra::sensitivity {

// Floats that are not negative order as their bit patterns do; the mask makes −0 equal 0.
inline std::uint32_t key_of(float value) noexcept {
    return std::bit_cast<std::uint32_t>(value) & 0x7FFFFFFFU;
}
inline float value_of(std::uint32_t key) noexcept {
    return std::bit_cast<float>(key);
}

// In tensor order: the matrices' values, and the vectors' for Pool::all.
std::vector<std::span<const float>> pool_tensors(const SensitivityMap& map, Pool pool);
// Throws InputError if there are fewer.
void check_count(std::uint64_t count, std::uint64_t pool_size);

} // namespace cdra::sensitivity
