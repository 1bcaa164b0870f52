// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What the input of a product was made of, where the backward pass of that making keeps it anyway: with it an adapted
// product makes its input again when it needs it, and keeps nothing of its own.
#pragma once

#include <cstdint>
#include <torch/types.h>

namespace cdra::engine {

using torch::Tensor;

struct Origin {
    enum class Kind {
        none,
        itself, // the input is kept by what made it (attention)
        norm,   // layer norm of `source`
        gelu    // GELU of `source`
    };
    Kind kind = Kind::none;
    Tensor source;                   // [..., in], detached; itself: the input
    Tensor mean, deviation;          // of a norm's rows [..., 1]; deviation: its reciprocal
    Tensor weight, bias;             // of a norm [in]

    // One row of a norm, `count` values; `to` may be `from`.
    static void normalise_row(const float* from, std::int64_t count, float mean, float deviation, const float* weight,
                              const float* bias, float* to) {
        const float shift = -deviation * mean;
        for (std::int64_t e = 0; e < count; ++e)
            to[e] = (from[e] * deviation + shift) * weight[e] + bias[e];
    }
    explicit operator bool() const noexcept { return kind != Kind::none; }
    // → [rows, in], or the given columns (int64 [n]) of it, in `type`.
    Tensor make(const Tensor& columns, at::ScalarType type) const;
};

} // namespace cdra::engine
