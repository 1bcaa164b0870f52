// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/kernels/squared_gradient.h"

#include "core/engine/kernels/squared_gradient_tiles.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <array>
#include <cstring>

namespace cdra::engine::kernels {

namespace {

// Tokens of one pass over the sums (x of one tile and g of a task's tiles stay in the second-level cache), tokens
// packed at a time, rows packed at a time, and output tiles that share a pass over x.
constexpr std::int64_t cache_tokens = 400;
constexpr std::int64_t packed_tokens = 2048;
constexpr std::int64_t packed_rows = 8;
constexpr std::int64_t fewest_tiles_a_task = 8, most_tiles_a_task = 32;

std::int64_t tiles(std::int64_t features, std::int64_t width) {
    return (features + width - 1) / width;
}

TileKernel tile_for(InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set == InstructionSet::avx512) return avx512_tile();
    if (set == InstructionSet::avx2) return avx2_tile();
#endif
    (void)set;
    return portable_tile();
}

// A width known to the compiler makes a row's copy a few moves instead of a call.
template <int width>
void pack_rows(const float* source, std::int64_t rows, std::int64_t features, float* target) {
    for (std::int64_t row = 0; row < rows; ++row, source += features, target += width)
        std::memcpy(target, source, width * sizeof(float));
}

void pack_edge(const float* source, std::int64_t rows, std::int64_t features, std::int64_t kept, std::int64_t width,
               float* target) {
    for (std::int64_t row = 0; row < rows; ++row, source += features, target += width) {
        std::copy_n(source, kept, target);
        std::fill(target + kept, target + width, 0.0F);
    }
}

// [rows, features] → [tiles, rows, width], the last tile filled up with zeros. A few rows at a time, all their tiles:
// rows are a multiple of 4 KiB apart, and more of them would throw each other out of the first-level cache.
void pack(const float* from, std::int64_t rows, std::int64_t features, std::int64_t width,
          std::vector<float>& to) {
    const std::int64_t count = tiles(features, width);
    const auto needed = static_cast<std::size_t>(count * rows * width);
    if (to.size() < needed) to.resize(needed);
    const auto copy = width == 64 ? pack_rows<64> : width == 16 ? pack_rows<16> : width == 8 ? pack_rows<8> : pack_rows<6>;
    at::parallel_for(0, tiles(rows, packed_rows), 4, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t first = begin * packed_rows; first < std::min(rows, end * packed_rows); first += packed_rows) {
            const std::int64_t some = std::min(packed_rows, rows - first);
            for (std::int64_t tile = 0; tile < count; ++tile) {
                const std::int64_t kept = std::min(width, features - tile * width);
                const float* source = from + first * features + tile * width;
                float* target = to.data() + (tile * rows + first) * width;
                if (kept == width)
                    copy(source, some, features, target);
                else
                    pack_edge(source, some, features, kept, width, target);
            }
        }
    });
}

} // namespace

std::string_view name_of(InstructionSet set) noexcept {
    switch (set) {
    case InstructionSet::avx512:
        return "avx512";
    case InstructionSet::avx2:
        return "avx2";
    default:
        return "portable";
    }
}

InstructionSet best_instruction_set() noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return InstructionSet::avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return InstructionSet::avx2;
#endif
    return InstructionSet::portable;
}

void SquaredGradient::accumulate(const SquaredGradientShape& shape, const float* x, const float* g,
                                 float* s) {
    const auto [samples, tokens, out, in] = shape;
    if (samples <= 0 || tokens <= 0 || out <= 0 || in <= 0) return;
    const TileKernel kernel = tile_for(set_);
    const std::int64_t width = kernel.width;
    const std::int64_t packed = std::max<std::int64_t>(1, packed_tokens / tokens);
    const std::int64_t cached = std::max<std::int64_t>(1, cache_tokens / tokens);
    const std::int64_t out_tiles = tiles(out, tile_out), in_tiles = tiles(in, width);
    // Large tasks read x seldom, small ones keep every thread busy; the sums are the same bits either way.
    const std::int64_t tiles_a_task =
        std::clamp(out_tiles / (2 * at::get_num_threads()), fewest_tiles_a_task, most_tiles_a_task);

    for (std::int64_t first = 0; first < samples; first += packed) {
        const std::int64_t count = std::min(packed, samples - first);
        const std::int64_t rows = count * tokens;
        pack(x + first * tokens * in, rows, in, width, packed_x_);
        pack(g + first * tokens * out, rows, out, tile_out, packed_g_);

        const auto run_tile = [&](std::int64_t o, std::int64_t i, std::int64_t begin, std::int64_t some) {
            const float* x_tile = packed_x_.data() + (i * rows + begin * tokens) * width;
            const float* g_tile = packed_g_.data() + (o * rows + begin * tokens) * tile_out;
            float* s_tile = s + o * tile_out * in + i * width;
            const std::int64_t high = std::min(tile_out, out - o * tile_out),
                               wide = std::min(width, in - i * width);
            if (high == tile_out && wide == width) {
                kernel.run(some, tokens, x_tile, g_tile, s_tile, in);
                return;
            }
            std::array<float, tile_out * widest_tile> edge{};
            for (std::int64_t row = 0; row < high; ++row)
                std::copy_n(s_tile + row * in, wide, edge.data() + row * width);
            kernel.run(some, tokens, x_tile, g_tile, edge.data(), width);
            for (std::int64_t row = 0; row < high; ++row)
                std::copy_n(edge.data() + row * width, wide, s_tile + row * in);
        };
        at::parallel_for(0, tiles(out_tiles, tiles_a_task), 1,
                         [&](std::int64_t first_task, std::int64_t last_task) {
                             for (std::int64_t task = first_task; task < last_task; ++task) {
                                 const std::int64_t o_end = std::min(out_tiles, (task + 1) * tiles_a_task);
                                 for (std::int64_t begin = 0; begin < count; begin += cached)
                                     for (std::int64_t i = 0; i < in_tiles; ++i)
                                         for (std::int64_t o = task * tiles_a_task; o < o_end; ++o)
                                             run_tile(o, i, begin, std::min(cached, count - begin));
                             }
                         });
    }
}

} // namespace cdra::engine::kernels
