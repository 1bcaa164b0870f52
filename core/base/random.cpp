// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.h"

#include <numeric>
#include <utility>

namespace cdra {

namespace {

constexpr std::uint64_t golden_gamma = 0x9E3779B97F4A7C15ULL;

// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
constexpr std::uint64_t finalise(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

// A uniformly random number below `bound`, without the bias of a plain modulo: draws from the incomplete last
// interval are thrown away.
std::uint64_t below(std::uint64_t bound, std::uint64_t& state) noexcept {
    const std::uint64_t unfair = (0 - bound) % bound; // 2^64 mod bound
    for (;;) {
        state += golden_gamma;
        const std::uint64_t draw = finalise(state);
        if (draw >= unfair) return draw % bound;
    }
}

} // namespace

std::uint64_t mix_seed(std::uint64_t seed, std::uint64_t salt) noexcept {
    // Two rounds, so that (seed, salt) and (salt, seed) differ and neighbouring pairs do not collide.
    return finalise(finalise(seed + golden_gamma) ^ (salt + golden_gamma));
}

std::uint64_t mix_seed(std::uint64_t seed, std::string_view purpose) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325ULL; // FNV-1a
    for (const char c : purpose) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001B3ULL;
    }
    return mix_seed(seed, hash);
}

std::vector<std::uint32_t> random_permutation(std::uint32_t n, std::uint64_t seed) {
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::uint64_t state = seed;
    for (std::uint32_t i = n; i > 1; --i)
        std::swap(order[i - 1], order[below(i, state)]);
    return order;
}

} // namespace cdra
