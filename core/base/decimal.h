// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Numbers as people type them. 0.29 of 100 is 29, though the double nearest to 0.29 is a little less: counts
// are computed in integers from the shortest decimal that names the double.
#pragma once

#include <cstdint>
#include <optional>

namespace cdra {

// digits · 10^exponent, not negative; at most 17 digits.
struct Decimal {
    std::uint64_t digits = 0;
    int exponent = 0;

    // The shortest decimal that reads back as `value`. Throws InputError if it is negative or not finite.
    static Decimal from(double value);
};

// floor and ceil of decimal · n / divisor, exact. divisor ≥ 1, below 2^24; n below 2^48. nullopt if the
// result does not fit 63 bits.
std::optional<std::uint64_t> floor_of_product(const Decimal& decimal, std::uint64_t n,
                                              std::uint64_t divisor = 1);
std::optional<std::uint64_t> ceil_of_product(const Decimal& decimal, std::uint64_t n,
                                             std::uint64_t divisor = 1);

} // namespace cdra
