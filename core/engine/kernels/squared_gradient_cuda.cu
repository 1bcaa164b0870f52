// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/kernels/squared_gradient_cuda.h"

#include <cuda_bf16.h>
#include <cuda_pipeline.h>
#include <cuda_runtime.h>
#include <mma.h>

namespace cdra::engine::kernels {
namespace {

namespace wmma = nvcuda::wmma;

// What a tensor core multiplies at once, [16, depth] by [depth, 16], and tokens staged at a time (32 KiB or so of shared
// memory for both operands, twice: one pair is multiplied while the next is on its way).
template <class T>
struct Traits;
template <>
struct Traits<float> {
    using Element = wmma::precision::tf32;
    static constexpr int depth = 8, staged = 16;
};
template <>
struct Traits<__nv_bfloat16> {
    using Element = __nv_bfloat16;
    static constexpr int depth = 16, staged = 32;
};

constexpr int side = 16;

// A block's tile: warps side by side in both directions, each with `high` × `wide` squares of 16 × 16.
template <int warps_out, int warps_in, int high, int wide>
struct Tile {
    static constexpr int warps_in_count = warps_in, high_count = high, wide_count = wide;
    static constexpr int out = warps_out * high * side, in = warps_in * wide * side, threads = 32 * warps_out * warps_in;
};
using Large = Tile<2, 4, 4, 2>; // 128 × 128: every value loaded is used 128 times
using Small = Tile<2, 2, 2, 2>; // 64 × 64: where large ones would leave processors idle

// Rows of `width` values and a little between them, so that a column does not lie in one bank. 16 bytes of alignment
// for the copies, 32 for the squares that are loaded from it.
template <class T, int width>
constexpr int padded = width + 32 / static_cast<int>(sizeof(T));

// [staged, width] values of the tokens from `token` on, columns from `column` on; zeros beyond the sample's tokens and
// the matrix's columns. Only begun here.
template <class T, int width, int threads>
__device__ void stage(T* to, const T* sample, int token, int tokens, std::int64_t column, std::int64_t columns) {
    constexpr int at_once = 16 / sizeof(T), a_row = width / at_once;
    static_assert(Traits<T>::staged * a_row % threads == 0);
#pragma unroll
    for (int copy = threadIdx.x; copy < Traits<T>::staged * a_row; copy += threads) {
        const int row = copy / a_row, first = copy % a_row * at_once;
        const bool there = token + row < tokens && column + first < columns;
        const T* from = there ? sample + (token + row) * columns + column + first : sample;
        __pipeline_memcpy_async(to + row * padded<T, width> + first, from, 16, there ? 0 : 16);
    }
}

template <class T, class Shape>
__global__ void __launch_bounds__(Shape::threads)
    squares(int samples, int tokens, std::int64_t out, std::int64_t in, const T* x, const T* g, float* s) {
    constexpr int staged = Traits<T>::staged, depth = Traits<T>::depth;
    constexpr int g_width = padded<T, Shape::out>, x_width = padded<T, Shape::in>;
    constexpr int high = Shape::high_count, wide = Shape::wide_count;
    constexpr int g_values = staged * g_width, x_values = staged * x_width, pair = g_values + x_values;
    __shared__ __align__(32) T memory[2 * pair];
    static_assert(sizeof memory >= Shape::threads / 32 * side * side * sizeof(float), "a square for each warp");

    const int warp = threadIdx.x / 32, warp_out = warp / Shape::warps_in_count, warp_in = warp % Shape::warps_in_count;
    const std::int64_t first_out = std::int64_t{blockIdx.y} * Shape::out, first_in = std::int64_t{blockIdx.x} * Shape::in;
    const int chunks = (tokens + staged - 1) / staged, steps = samples * chunks;

    using Sum = wmma::fragment<wmma::accumulator, side, side, depth, float>;
    Sum gradient[high][wide], sum[high][wide];
#pragma unroll
    for (int h = 0; h < high; ++h)
#pragma unroll
        for (int w = 0; w < wide; ++w) {
            wmma::fill_fragment(gradient[h][w], 0.0F);
            wmma::fill_fragment(sum[h][w], 0.0F);
        }

    const auto begin = [&](int step) {
        const int sample = step / chunks, token = step % chunks * staged;
        T* to = memory + step % 2 * pair;
        stage<T, Shape::out, Shape::threads>(to, g + std::int64_t{sample} * tokens * out, token, tokens, first_out, out);
        stage<T, Shape::in, Shape::threads>(to + g_values, x + std::int64_t{sample} * tokens * in, token, tokens, first_in, in);
        __pipeline_commit();
    };
    begin(0);
    for (int step = 0; step < steps; ++step) {
        if (step + 1 < steps)
            begin(step + 1); // into the half that all have done with
        else
            __pipeline_commit(); // of nothing, so that "all but the last" is this step's
        __pipeline_wait_prior(1);
        __syncthreads();
        const T* own_g = memory + step % 2 * pair + warp_out * high * side;
        const T* own_x = memory + step % 2 * pair + g_values + warp_in * wide * side;
#pragma unroll
        for (int k = 0; k < staged; k += depth) {
            wmma::fragment<wmma::matrix_a, side, side, depth, typename Traits<T>::Element, wmma::col_major> a[high];
            wmma::fragment<wmma::matrix_b, side, side, depth, typename Traits<T>::Element, wmma::row_major> b[wide];
#pragma unroll
            for (int h = 0; h < high; ++h) {
                wmma::load_matrix_sync(a[h], own_g + k * g_width + h * side, g_width);
                if constexpr (sizeof(T) == 4)
#pragma unroll
                    for (int e = 0; e < a[h].num_elements; ++e) a[h].x[e] = wmma::__float_to_tf32(a[h].x[e]);
            }
#pragma unroll
            for (int w = 0; w < wide; ++w) {
                wmma::load_matrix_sync(b[w], own_x + k * x_width + w * side, x_width);
                if constexpr (sizeof(T) == 4)
#pragma unroll
                    for (int e = 0; e < b[w].num_elements; ++e) b[w].x[e] = wmma::__float_to_tf32(b[w].x[e]);
            }
#pragma unroll
            for (int h = 0; h < high; ++h)
#pragma unroll
                for (int w = 0; w < wide; ++w) wmma::mma_sync(gradient[h][w], a[h], b[w], gradient[h][w]);
        }
        if (step % chunks == chunks - 1) // the sample's gradient is complete
#pragma unroll
            for (int h = 0; h < high; ++h)
#pragma unroll
                for (int w = 0; w < wide; ++w)
#pragma unroll
                    for (int e = 0; e < sum[h][w].num_elements; ++e) {
                        sum[h][w].x[e] += gradient[h][w].x[e] * gradient[h][w].x[e];
                        gradient[h][w].x[e] = 0.0F;
                    }
        __syncthreads(); // before the next step's copies go where this step has read
    }

    // Which thread holds which value of a square is the hardware's affair: through shared memory, a square a warp.
    float* square = reinterpret_cast<float*>(memory) + warp * side * side;
#pragma unroll
    for (int h = 0; h < high; ++h)
#pragma unroll
        for (int w = 0; w < wide; ++w) {
            wmma::store_matrix_sync(square, sum[h][w], side, wmma::mem_row_major);
            __syncwarp();
            const std::int64_t o = first_out + (warp_out * high + h) * side, i = first_in + (warp_in * wide + w) * side;
            for (int e = threadIdx.x % 32; e < side * side; e += 32)
                if (o + e / side < out && i + e % side < in) s[(o + e / side) * in + i + e % side] += square[e];
            __syncwarp();
        }
}

template <class T, class Shape>
cudaError_t launch(const SquaredGradientShape& shape, const void* x, const void* g, float* s, cudaStream_t stream) {
    const dim3 blocks(static_cast<unsigned>((shape.in + Shape::in - 1) / Shape::in),
                      static_cast<unsigned>((shape.out + Shape::out - 1) / Shape::out));
    squares<T, Shape><<<blocks, Shape::threads, 0, stream>>>(static_cast<int>(shape.samples), static_cast<int>(shape.tokens),
                                                            shape.out, shape.in, static_cast<const T*>(x),
                                                            static_cast<const T*>(g), s);
    return cudaGetLastError();
}

template <class T>
cudaError_t launch_best(const SquaredGradientShape& shape, const void* x, const void* g, float* s, cudaStream_t stream) {
    int device = 0, processors = 0;
    if (const auto error = cudaGetDevice(&device); error != cudaSuccess) return error;
    if (const auto error = cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device); error != cudaSuccess)
        return error;
    const std::int64_t large = (shape.in + Large::in - 1) / Large::in * ((shape.out + Large::out - 1) / Large::out);
    return large >= processors ? launch<T, Large>(shape, x, g, s, stream) : launch<T, Small>(shape, x, g, s, stream);
}

} // namespace

std::string squared_gradient_cuda(const SquaredGradientShape& shape, CudaElement element, const void* x, const void* g,
                                  float* s, void* stream) {
    const auto queue = static_cast<cudaStream_t>(stream);
    const auto error = element == CudaElement::float32 ? launch_best<float>(shape, x, g, s, queue)
                                                       : launch_best<__nv_bfloat16>(shape, x, g, s, queue);
    return error == cudaSuccess ? std::string() : cudaGetErrorString(error);
}

} // namespace cdra::engine::kernels
