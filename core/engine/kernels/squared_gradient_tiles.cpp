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

// 32 registers: 24 of the gradient tile, 4 of x, 1 broadcast. Ten loads for 24 products: a processor that loads two
// registers in the time of two products is not kept waiting, as it is by a tile half as wide whose sums of squares have
// registers, too. s is read and written once a sample.
__attribute__((target("avx512f"))) void run_avx512(std::int64_t samples, std::int64_t tokens, const float* x,
                                                   const float* g, float* s, std::int64_t stride) {
    for (std::int64_t sample = 0; sample < samples; ++sample) {
        __m512 gradient[out][4];
#pragma GCC unroll 6
        for (int o = 0; o < out; ++o)
#pragma GCC unroll 4
            for (int v = 0; v < 4; ++v)
                gradient[o][v] = _mm512_setzero_ps();
        for (std::int64_t token = 0; token < tokens; ++token, x += 64, g += out) {
            const __m512 first = _mm512_loadu_ps(x), second = _mm512_loadu_ps(x + 16), third = _mm512_loadu_ps(x + 32),
                         fourth = _mm512_loadu_ps(x + 48);
#pragma GCC unroll 6
            for (int o = 0; o < out; ++o) {
                const __m512 one = _mm512_set1_ps(g[o]);
                gradient[o][0] = _mm512_fmadd_ps(one, first, gradient[o][0]);
                gradient[o][1] = _mm512_fmadd_ps(one, second, gradient[o][1]);
                gradient[o][2] = _mm512_fmadd_ps(one, third, gradient[o][2]);
                gradient[o][3] = _mm512_fmadd_ps(one, fourth, gradient[o][3]);
            }
        }
#pragma GCC unroll 6
        for (int o = 0; o < out; ++o)
#pragma GCC unroll 4
            for (int v = 0; v < 4; ++v) {
                float* row = s + o * stride + 16 * v;
                _mm512_storeu_ps(row, _mm512_fmadd_ps(gradient[o][v], gradient[o][v], _mm512_loadu_ps(row)));
            }
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
    return {run_avx512, 64};
}
#endif

} // namespace cdra::engine::kernels
