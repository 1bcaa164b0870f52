// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The two estimators as changes of the forward pass: each watches the layers' gradients in its own way.
#pragma once

#include "core/engine/kernels/squared_gradient.h"
#include "core/engine/model/vit.h"
#include "core/engine/sensitivity/device_squares.h"
#include "core/engine/sensitivity/square_sums.h"

#include <map>
#include <memory>
#include <stop_token>
#include <string>

namespace cdra::engine {

// Every weight stays frozen; when a layer's output gradient arrives, each sample's weight gradient is formed
// tile by tile, squared and added to the sums. No gradient of a weight is ever stored.
class PerSampleWatch final : public Adaptation {
  public:
    PerSampleWatch(SquareSums& sums, std::stop_token stop, DeviceSquares device)
        : sums_(sums), stop_(std::move(stop)), device_(std::move(device)) {}

    Tensor before_block(int block, const Tensor& x) override;
    Tensor project(int block, Projection which, const Tensor& x, const Linear& frozen) override;
    Tensor normalise(const std::string& name, const Tensor& x, const Tensor& weight, const Tensor& bias,
                     double epsilon) override;

  private:
    void add_linear(LinearSums& sums, const Tensor& x, const Tensor& gradient);

    SquareSums& sums_;
    std::stop_token stop_;
    kernels::SquaredGradient kernel_; // on the CPU
    DeviceSquares device_;            // elsewhere
};

// Every weight is a leaf that takes the batch's gradient; take() squares and clears them.
class BatchWatch : public Adaptation {
  public:
    BatchWatch(SquareSums& sums, std::stop_token stop) : sums_(sums), stop_(std::move(stop)) {}

    Tensor project(int block, Projection which, const Tensor& x, const Linear& frozen) override;
    Tensor normalise(const std::string& name, const Tensor& x, const Tensor& weight, const Tensor& bias,
                     double epsilon) override;
    void take();

  protected:
    struct Leaf {
        Tensor value, sum;
    };
    // The leaf standing for `frozen`, made at its first use.
    Tensor leaf(const std::string& name, const Tensor& frozen, Tensor& sum);

    SquareSums& sums_;
    std::stop_token stop_;
    std::map<std::string, Leaf> leaves_;
};

// The same leaves, the patch embedding's among them, and their gradients added up with their signs.
class SignedWatch final : public BatchWatch {
  public:
    using BatchWatch::BatchWatch;
    bool adapts_patches() const override { return true; }
    void finish(); // the sums become |Σ gradient|
};

} // namespace cdra::engine
