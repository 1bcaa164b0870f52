// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// AdamW as PyTorch defines it (decoupled weight decay, bias-corrected moments), on LibTorch's fused kernels.
// Its state is two moments a tensor and one count of steps, so that a checkpoint can hold all of it.
#pragma once

#include "core/engine/methods/method.h"

#include <vector>

namespace cdra::engine {

struct AdamWOptions {
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double weight_decay = 1e-4; // of the trainables that decay
};

class AdamW {
  public:
    AdamW(std::vector<Trainable> trainables, const AdamWOptions& options);

    void zero_grad();
    // One step with each trainable's gradient at lr × its own scale; trainables without a gradient stay.
    void step(double lr);

    struct Moments {
        Tensor first, second;
    };
    const std::vector<Trainable>& trainables() const noexcept { return trainables_; }
    const std::vector<Moments>& moments() const noexcept { return moments_; } // as the trainables
    std::int64_t steps() const noexcept { return steps_; }
    void set_steps(std::int64_t steps);
    double gradient_norm() const; // over all trainables

  private:
    struct Group {
        double weight_decay = 0, lr_scale = 1;
        std::vector<std::size_t> members;
    };
    std::vector<Trainable> trainables_;
    std::vector<Moments> moments_;
    std::vector<Tensor> step_counts_; // what the fused kernel wants, one scalar a tensor
    std::vector<Group> groups_;
    AdamWOptions options_;
    std::int64_t steps_ = 0;
};

} // namespace cdra::engine
