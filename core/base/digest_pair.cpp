// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/digest.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define CDRA_SHA_INSTRUCTIONS
#include <cpuid.h>
#include <cstring>
#include <immintrin.h>
#endif

namespace cdra {

namespace {

#ifdef CDRA_SHA_INSTRUCTIONS

bool has_sha_instructions() noexcept {
    static const bool has = [] {
        unsigned a = 0, b = 0, c = 0, d = 0;
        return __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b >> 29 & 1U) != 0;
    }();
    return has;
}

// FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
alignas(16) constexpr std::uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The instructions keep the eight words of a state as (a b e f) and (c d g h), the highest first. Each waits for the one
// before it, so that a second message costs hardly more than the first.
struct Pair {
    __m128i abef[2], cdgh[2];
};

__attribute__((target("sha,sse4.1"))) void add_blocks(Pair& state, const unsigned char* const from[2], std::size_t blocks) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    for (std::size_t block = 0; block < blocks; ++block) {
        Pair before = state;
        __m128i words[2][4];
#pragma GCC unroll 16 // the words stay in registers
        for (int i = 0; i < 16; ++i)
            for (int m = 0; m < 2; ++m) {
                __m128i* w = words[m];
                if (i < 4)
                    w[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from[m] + block * 64) + i), big_endian);
                else
                    w[i & 3] = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]),
                                                                  _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4)),
                                                    w[(i + 3) & 3]);
                const __m128i sum = _mm_add_epi32(w[i & 3], _mm_load_si128(reinterpret_cast<const __m128i*>(constants) + i));
                state.cdgh[m] = _mm_sha256rnds2_epu32(state.cdgh[m], state.abef[m], sum);
                state.abef[m] = _mm_sha256rnds2_epu32(state.abef[m], state.cdgh[m], _mm_shuffle_epi32(sum, 0x0E));
            }
        for (int m = 0; m < 2; ++m) {
            state.abef[m] = _mm_add_epi32(state.abef[m], before.abef[m]);
            state.cdgh[m] = _mm_add_epi32(state.cdgh[m], before.cdgh[m]);
        }
    }
}

__attribute__((target("sha,sse4.1"))) std::array<std::string, 2> digests(const std::byte* first, const std::byte* second, std::size_t bytes) {
    Pair state;
    for (int m = 0; m < 2; ++m) { // 5.3.3
        state.abef[m] = _mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c));
        state.cdgh[m] = _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19);
    }
    const unsigned char* const messages[2] = {reinterpret_cast<const unsigned char*>(first), reinterpret_cast<const unsigned char*>(second)};
    add_blocks(state, messages, bytes / 64);
    unsigned char end[64] = {0x80}; // 5.1.1: a one, zeros, the length in bits
    for (int i = 0; i < 8; ++i) end[63 - i] = static_cast<unsigned char>(std::uint64_t{bytes} * 8 >> (8 * i));
    const unsigned char* const ends[2] = {end, end};
    add_blocks(state, ends, 1);
    std::array<std::string, 2> result;
    for (int m = 0; m < 2; ++m) {
        std::uint32_t abef[4], cdgh[4];
        std::memcpy(abef, &state.abef[m], sizeof abef);
        std::memcpy(cdgh, &state.cdgh[m], sizeof cdgh);
        for (const std::uint32_t word : {abef[3], abef[2], cdgh[3], cdgh[2], abef[1], abef[0], cdgh[1], cdgh[0]})
            for (int shift = 28; shift >= 0; shift -= 4) result[static_cast<std::size_t>(m)] += "0123456789abcdef"[word >> shift & 15U];
    }
    return result;
}

#endif

} // namespace

std::array<std::string, 2> sha256_hex_of_two(std::span<const std::byte> first, std::span<const std::byte> second) {
#ifdef CDRA_SHA_INSTRUCTIONS
    if (has_sha_instructions() && first.size() == second.size() && first.size() % 64 == 0)
        return digests(first.data(), second.data(), first.size());
#endif
    return {sha256_hex(first), sha256_hex(second)};
}

} // namespace cdra
