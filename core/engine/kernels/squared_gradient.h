// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The sum of squared per-sample weight gradients of a linear layer (Eq. 3) without any per-sample gradient in
// memory:
//     s[o, i] += Σ_b (Σ_t g[b, t, o] · x[b, t, i])²
// A tile of one sample's gradient lives in registers, is squared there and added to s.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace cdra::engine::kernels {

enum class InstructionSet { portable, avx2, avx512 };
std::string_view name_of(InstructionSet set) noexcept;
// The widest this processor runs.
InstructionSet best_instruction_set() noexcept;

struct SquaredGradientShape {
    std::int64_t samples = 0, tokens = 0, out = 0, in = 0;
};

// Keeps its work space between calls; one object is used by one thread at a time, and computes on LibTorch's
// threads. For one instruction set the result is the same bits for every thread count: samples are added to
// an element of s in order, by one thread.
class SquaredGradient {
  public:
    explicit SquaredGradient(InstructionSet set = best_instruction_set()) : set_(set) {}
    // x [samples, tokens, in], g [samples, tokens, out], s [out, in], all row-major without gaps.
    void accumulate(const SquaredGradientShape& shape, const float* x, const float* g, float* s);
    InstructionSet instruction_set() const noexcept { return set_; }

  private:
    InstructionSet set_;
    std::vector<float> packed_x_, packed_g_;
};

} // namespace cdra::engine::kernels
