// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Random numbers that are the same on every machine and standard library: only these decide permutations of
// samples. (std::shuffle and the std distributions differ between implementations.)
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace cdra {

// SplitMix64: a seed and a salt (a purpose, a step, an epoch) to one well-mixed 64-bit number.
std::uint64_t mix_seed(std::uint64_t seed, std::uint64_t salt) noexcept;
// The same with a purpose in words, e.g. mix_seed(seed, "train-order").
std::uint64_t mix_seed(std::uint64_t seed, std::string_view purpose) noexcept;

// A uniformly random permutation of 0 … n-1 by Fisher and Yates' method, a pure function of n and seed.
std::vector<std::uint32_t> random_permutation(std::uint32_t n, std::uint64_t seed);

} // namespace cdra
