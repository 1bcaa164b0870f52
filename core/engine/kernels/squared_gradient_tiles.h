// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The register tiles of squared_gradient.cpp, one for each instruction set.
#pragma once

#include <cstdint>

namespace cdra::engine::kernels {

inline constexpr std::int64_t tile_out = 6;
inline constexpr std::int64_t widest_tile = 64;

// x: [samples · tokens, width] and g: [samples · tokens, tile_out], packed; s: tile_out rows of `width`
// floats, `stride` floats apart. s[o, i] += Σ_b (Σ_t g·x)².
using Tile = void (*)(std::int64_t samples, std::int64_t tokens, const float* x, const float* g, float* s,
                      std::int64_t stride);

struct TileKernel {
    Tile run = nullptr;
    std::int64_t width = 0; // input features a tile covers
};

TileKernel portable_tile() noexcept;
#if defined(__x86_64__)
TileKernel avx2_tile() noexcept;
TileKernel avx512_tile() noexcept;
#endif

} // namespace cdra::engine::kernels
