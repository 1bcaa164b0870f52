// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Sums of squared gradients of every candidate matrix and tunable vector while they are collected.
#pragma once

#include "core/engine/model/vit.h"
#include "core/sensitivity/map.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdra::engine {

// float32, on the model's device, beginning at zero.
struct LinearSums {
    Tensor weight; // [out, in]; q, k and v stacked
    Tensor bias;   // [out], undefined without a bias
};
struct NormSums {
    Tensor weight, bias; // [dim]
};

class SquareSums {
  public:
    explicit SquareSums(const Vit& model);
    LinearSums& linear(int block, Projection which); // patch: made at its first use, and then part of the map
    NormSums& norm(const std::string& name);

    // Every sum times `scale`, in the map's order, without provenance. Throws Error naming the first tensor
    // that holds a value which is not finite.
    sensitivity::SensitivityMap to_map(double scale) const;

  private:
    checkpoint::VitSpec spec_;
    std::vector<std::array<LinearSums, 4>> blocks_;
    std::map<std::string, NormSums> norms_;
    Tensor patch_weight_, patch_bias_; // zeros of the patch embedding's shapes, not yet copied
    std::optional<LinearSums> patch_;
};

} // namespace cdra::engine
