// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The learning rate by epoch: linear warm-up from warmup_lr, then half a cosine down to min_lr; the schedule
// is stepped after an epoch, so every step of an epoch has the same rate.
#pragma once

#include "core/job/project.h"

namespace cdra::engine {

class CosineSchedule {
  public:
    // Warm-up takes at most a fifth of the epochs: the recipe's 10 belong to its 100 epochs, and a short run
    // should not spend its life warming up.
    explicit CosineSchedule(const job::Recipe& recipe);

    double rate(int epoch) const; // epoch counts from 0
    int warmup_epochs() const noexcept { return warmup_epochs_; }

  private:
    double lr_, min_lr_, warmup_lr_;
    int epochs_, warmup_epochs_;
};

} // namespace cdra::engine
