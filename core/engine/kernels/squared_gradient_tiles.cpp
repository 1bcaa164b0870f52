// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/kernels/squared_gradient_tiles.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cdra::engine::kernels {

namespace {

constexpr int out = static_cast<int>(tile_out);

// Vectors of four, which every processor of today has in some form: 12 of the gradient tile, 2 of x, 1 of g.
using Four = float __attribute__((vector_size(16)));

void run_portable(std::int64_t samples, std::int64_t tokens, const float* x, const float* g, float* s,
                  std::int64_t stride) {
    const auto load = [](const float* from) {
        Four value;
        std::memcpy(&value, from, sizeof value);
        return value;
    };
    const auto add_square = [&](float* to, Four value) {
        value = load(to) + value * value;
        std::memcpy(to, &value, sizeof value);
    };
    for (std::int64_t sample = 0; sample < samples; ++sample) {
        Four gradient[out][2] = {};
        for (std::int64_t token = 0; token < tokens; ++token, x += 8, g += out) {
            const Four low = load(x), high = load(x + 4);
#pragma GCC unroll 6
            for (int o = 0; o < out; ++o) {
                gradient[o][0] += g[o] * low;
                gradient[o][1] += g[o] * high;
            }
        }
#pragma GCC unroll 6
        for (int o = 0; o < out; ++o) {
            add_square(s + o * stride, gradient[o][0]);
            add_square(s + o * stride + 4, gradient[o][1]);
        }
    }
}

#if defined(__x86_64__)

// 16 registers: 12 of the gradient tile, 2 of x, 1 broadcast; s stays in the first-level cache.
__attribute__((target("avx2,fma"))) void run_avx2(std::int64_t samples, std::int64_t tokens, const float* x,
                                                  const float* g, float* s, std::int64_t stride) {
    for (std::int64_t sample = 0; sample < samples; ++sample) {
        __m256 gradient[out][2];
#pragma GCC unroll 6
        for (int o = 0; o < out; ++o)
            gradient[o][0] = gradient[o][1] = _mm256_setzero_ps();
        for (std::int64_t token = 0; token < tokens; ++token, x += 16, g += out) {
            const __m256 low = _mm256_loadu_ps(x), high = _mm256_loadu_ps(x + 8);
#pragma GCC unroll 6
            for (int o = 0; o < out; ++o) {
                const __m256 one = _mm256_broadcast_ss(g + o);
                gradient[o][0] = _mm256_fmadd_ps(one, low, gradient[o][0]);
                gradient[o][1] = _mm256_fmadd_ps(one, high, gradient[o][1]);
            }
        }
#pragma GCC unroll 6
        for (int o = 0; o < out; ++o) {
            float* row = s + o * stride;
            _mm256_storeu_ps(row, _mm256_fmadd_ps(gradient[o][0], gradient[o][0], _mm256_loadu_ps(row)));
            _mm256_storeu_ps(row + 8,
                             _mm256_fmadd_ps(gradient[o][1], gradient[o][1], _mm256_loadu_ps(row + 8)));
        }
    }
}

// sum += x·g, g broadcast by the product itself: with an intrinsic for that GCC takes a register for it and then keeps
// x in memory.
__attribute__((target("avx512f"), always_inline)) inline void add_product(__m512& sum, __m512 x, const float& g) {
    asm("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(x), "m"(g));
}

// 32 registers: 12 of the gradient tile and 12 of the sum of squares, which leaves them only after the last sample,
// 2 of x; g is broadcast by the products themselves.
__attribute__((target("avx512f"))) void run_avx512(std::int64_t samples, std::int64_t tokens, const float* x,
                                                   const float* g, float* s, std::int64_t stride) {
    __m512 sum[out][2];
#pragma GCC unroll 6
    for (int o = 0; o < out; ++o) {
        sum[o][0] = _mm512_loadu_ps(s + o * stride);
        sum[o][1] = _mm512_loadu_ps(s + o * stride + 16);
    }
    for (std::int64_t sample = 0; sample < samples; ++sample) {
        __m512 gradient[out][2];
#pragma GCC unroll 6
        for (int o = 0; o < out; ++o)
            gradient[o][0] = gradient[o][1] = _mm512_setzero_ps();
        for (std::int64_t token = 0; token < tokens; ++token, x += 32, g += out) {
            const __m512 low = _mm512_loadu_ps(x), high = _mm512_loadu_ps(x + 16);
#pragma GCC unroll 6
            for (int o = 0; o < out; ++o) {
                add_product(gradient[o][0], low, g[o]);
                add_product(gradient[o][1], high, g[o]);
            }
        }
#pragma GCC unroll 6
        for (int o = 0; o < out; ++o) {
            sum[o][0] = _mm512_fmadd_ps(gradient[o][0], gradient[o][0], sum[o][0]);
            sum[o][1] = _mm512_fmadd_ps(gradient[o][1], gradient[o][1], sum[o][1]);
        }
    }
#pragma GCC unroll 6
    for (int o = 0; o < out; ++o) {
        _mm512_storeu_ps(s + o * stride, sum[o][0]);
        _mm512_storeu_ps(s + o * stride + 16, sum[o][1]);
    }
}

#endif

} // namespace

TileKernel portable_tile() noexcept {
    return {run_portable, 8};
}
#if defined(__x86_64__)
TileKernel avx2_tile() noexcept {
    return {run_avx2, 16};
}
TileKernel avx512_tile() noexcept {
    return {run_avx512, 32};
}
#endif

} // namespace cdra::engine::kernels
