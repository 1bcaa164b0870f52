// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The two products of an adapter's backward pass, between a wide matrix of few rows (a chunk that lies in the cache) and
// a handful of columns, which a library made for square matrices does at a tenth of the processor's rate:
//     project:    p[m, k]  = Σ_j x[m, j]·w[k, j]
//     accumulate: d[k, j] += Σ_m s[m, k]·x[m, j]
// One thread; for one instruction set always the same bits.
#pragma once

#include "core/engine/kernels/squared_gradient.h"

#include <cstdint>

namespace cdra::engine::kernels {

// Row-major, rows `stride` floats apart.
struct ConstRows {
    const float* data = nullptr;
    std::int64_t stride = 0;
};
struct Rows {
    float* data = nullptr;
    std::int64_t stride = 0;
};

struct NarrowProducts {
    // x [rows, columns], w [rank, columns] → p [rows, rank].
    void (*project)(std::int64_t rows, std::int64_t columns, std::int64_t rank, ConstRows x, ConstRows w, Rows p);
    // x [rows, columns], s [rows, rank], added to d [rank, columns].
    void (*accumulate)(std::int64_t rows, std::int64_t columns, std::int64_t rank, ConstRows x, ConstRows s, Rows d);
};

// Of a set that this build was not made for: the next smaller one.
NarrowProducts narrow_products(InstructionSet set = best_instruction_set()) noexcept;

} // namespace cdra::engine::kernels
