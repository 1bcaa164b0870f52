// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The body of narrow_products_*.cpp, which are compiled for one instruction set each. Nothing of the standard library is
// used here: an inline function of it, compiled for a larger instruction set, could be the copy that the program keeps.
// CDRA_LANES: floats in a register; CDRA_ROWS, CDRA_VECTORS: what of a tile its registers hold beside four of rank.
#include "core/engine/kernels/narrow_products.h"

namespace cdra::engine::kernels {
namespace {

constexpr int lanes = CDRA_LANES, tile_rows = CDRA_ROWS, tile_vectors = CDRA_VECTORS, tile_rank = 4;

using Vector = float __attribute__((vector_size(lanes * sizeof(float))));
using Loose = float __attribute__((vector_size(lanes * sizeof(float)), aligned(4), may_alias));

inline Vector load(const float* from) {
    return *reinterpret_cast<const Loose*>(from);
}
inline void store(float* to, Vector value) {
    *reinterpret_cast<Loose*>(to) = value;
}
inline float total(Vector value) {
    float sum = 0;
    for (int i = 0; i < lanes; ++i)
        sum += value[i];
    return sum;
}

template <int rows, int rank>
void project_tile(std::int64_t columns, ConstRows x, ConstRows w, Rows p) {
    Vector sum[rows][rank] = {};
    std::int64_t j = 0;
    for (; j + lanes <= columns; j += lanes) {
        Vector wide[rows];
#pragma GCC unroll 4
        for (int m = 0; m < rows; ++m)
            wide[m] = load(x.data + m * x.stride + j);
#pragma GCC unroll 4
        for (int k = 0; k < rank; ++k) {
            const Vector own = load(w.data + k * w.stride + j);
#pragma GCC unroll 4
            for (int m = 0; m < rows; ++m)
                sum[m][k] += wide[m] * own;
        }
    }
    for (int m = 0; m < rows; ++m)
        for (int k = 0; k < rank; ++k) {
            float rest = total(sum[m][k]);
            for (std::int64_t i = j; i < columns; ++i)
                rest += x.data[m * x.stride + i] * w.data[k * w.stride + i];
            p.data[m * p.stride + k] = rest;
        }
}

template <int rank>
void project_rows(std::int64_t rows, std::int64_t columns, ConstRows x, ConstRows w, Rows p) {
    std::int64_t m = 0;
    for (; m + tile_rows <= rows; m += tile_rows)
        project_tile<tile_rows, rank>(columns, {x.data + m * x.stride, x.stride}, w, {p.data + m * p.stride, p.stride});
    for (; m < rows; ++m)
        project_tile<1, rank>(columns, {x.data + m * x.stride, x.stride}, w, {p.data + m * p.stride, p.stride});
}

template <int rank, int vectors>
void accumulate_tile(std::int64_t rows, ConstRows x, ConstRows s, Rows d) {
    Vector sum[rank][vectors];
#pragma GCC unroll 4
    for (int k = 0; k < rank; ++k)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v)
            sum[k][v] = load(d.data + k * d.stride + v * lanes);
    for (std::int64_t m = 0; m < rows; ++m) {
        const float* wide = x.data + m * x.stride;
        const float* own = s.data + m * s.stride;
        Vector value[vectors];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v)
            value[v] = load(wide + v * lanes);
#pragma GCC unroll 4
        for (int k = 0; k < rank; ++k)
#pragma GCC unroll 4
            for (int v = 0; v < vectors; ++v)
                sum[k][v] += own[k] * value[v];
    }
#pragma GCC unroll 4
    for (int k = 0; k < rank; ++k)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v)
            store(d.data + k * d.stride + v * lanes, sum[k][v]);
}

template <int rank>
void accumulate_columns(std::int64_t rows, std::int64_t columns, ConstRows x, ConstRows s, Rows d) {
    std::int64_t j = 0;
    for (; j + tile_vectors * lanes <= columns; j += tile_vectors * lanes)
        accumulate_tile<rank, tile_vectors>(rows, {x.data + j, x.stride}, s, {d.data + j, d.stride});
    for (; j + lanes <= columns; j += lanes)
        accumulate_tile<rank, 1>(rows, {x.data + j, x.stride}, s, {d.data + j, d.stride});
    for (; j < columns; ++j)
        for (int k = 0; k < rank; ++k) {
            float sum = d.data[k * d.stride + j];
            for (std::int64_t m = 0; m < rows; ++m)
                sum += s.data[m * s.stride + k] * x.data[m * x.stride + j];
            d.data[k * d.stride + j] = sum;
        }
}

void project(std::int64_t rows, std::int64_t columns, std::int64_t rank, ConstRows x, ConstRows w, Rows p) {
    std::int64_t k = 0;
    for (; k + tile_rank <= rank; k += tile_rank)
        project_rows<tile_rank>(rows, columns, x, {w.data + k * w.stride, w.stride}, {p.data + k, p.stride});
    const ConstRows w_rest{w.data + k * w.stride, w.stride};
    const Rows p_rest{p.data + k, p.stride};
    if (rank - k == 3) project_rows<3>(rows, columns, x, w_rest, p_rest);
    if (rank - k == 2) project_rows<2>(rows, columns, x, w_rest, p_rest);
    if (rank - k == 1) project_rows<1>(rows, columns, x, w_rest, p_rest);
}

void accumulate(std::int64_t rows, std::int64_t columns, std::int64_t rank, ConstRows x, ConstRows s, Rows d) {
    std::int64_t k = 0;
    for (; k + tile_rank <= rank; k += tile_rank)
        accumulate_columns<tile_rank>(rows, columns, x, {s.data + k, s.stride}, {d.data + k * d.stride, d.stride});
    const ConstRows s_rest{s.data + k, s.stride};
    const Rows d_rest{d.data + k * d.stride, d.stride};
    if (rank - k == 3) accumulate_columns<3>(rows, columns, x, s_rest, d_rest);
    if (rank - k == 2) accumulate_columns<2>(rows, columns, x, s_rest, d_rest);
    if (rank - k == 1) accumulate_columns<1>(rows, columns, x, s_rest, d_rest);
}

} // namespace
} // namespace cdra::engine::kernels
