// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/decimal.h"

#include "core/base/error.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace cdra {

namespace {

__extension__ using Wide = unsigned __int128;

struct Quotient {
    Wide floor = 0;
    bool exact = true;
};

std::optional<Quotient> divide(const Decimal& decimal, std::uint64_t n, std::uint64_t divisor) {
    if (n >= std::uint64_t{1} << 48 || divisor == 0 || divisor >= std::uint64_t{1} << 24)
        throw Error("decimal: an operand is out of range");
    Wide numerator = static_cast<Wide>(decimal.digits) * n; // below 2^57 · 2^48
    if (numerator == 0) return Quotient{};
    // The numerator is below 10^32: over 10^32 or more nothing whole is left.
    if (decimal.exponent <= -32) return Quotient{0, false};
    Wide denominator = divisor; // stays below 10^31 · 2^24 < 2^127
    for (int e = decimal.exponent; e < 0; ++e)
        denominator *= 10;
    for (int e = decimal.exponent; e > 0; --e) {
        if (numerator > static_cast<Wide>(1) << 120) return std::nullopt;
        numerator *= 10;
    }
    return Quotient{numerator / denominator, numerator % denominator == 0};
}

std::optional<std::uint64_t> narrow(Wide value) {
    if (value >> 63) return std::nullopt;
    return static_cast<std::uint64_t>(value);
}

} // namespace

Decimal Decimal::from(double value) {
    if (!std::isfinite(value) || value < 0)
        throw InputError("the number " + std::to_string(value) +
                         " is negative or not finite, expected 0 or more");
    std::array<char, 64> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
    if (error != std::errc()) throw Error("decimal: a double does not fit its text");
    Decimal result;
    bool fraction = false;
    for (const char* at = text.data(); at != end; ++at) {
        if (*at == 'e') {
            int exponent = 0;
            const char* begin = at + 1 + (at[1] == '+' ? 1 : 0);
            std::from_chars(begin, end, exponent);
            result.exponent += exponent;
            break;
        }
        if (*at == '.')
            fraction = true;
        else {
            result.digits = result.digits * 10 + static_cast<std::uint64_t>(*at - '0');
            if (fraction) --result.exponent;
        }
    }
    return result;
}

std::optional<std::uint64_t> floor_of_product(const Decimal& decimal, std::uint64_t n,
                                              std::uint64_t divisor) {
    const auto quotient = divide(decimal, n, divisor);
    return quotient ? narrow(quotient->floor) : std::nullopt;
}

std::optional<std::uint64_t> ceil_of_product(const Decimal& decimal, std::uint64_t n, std::uint64_t divisor) {
    const auto quotient = divide(decimal, n, divisor);
    return quotient ? narrow(quotient->floor + (quotient->exact ? 0 : 1)) : std::nullopt;
}

} // namespace cdra
