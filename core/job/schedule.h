// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The learning rate: linear warm-up from warmup_lr, then half a cosine down to min_lr. By epoch (as published), every
// step of an epoch has the same rate; by step it moves within the epoch, so that a run of few epochs warms up, too.
#pragma once

#include "core/job/project.h"

namespace cdra::job {

class CosineSchedule {
  public:
    // Warm-up takes at most a fifth of the epochs: the recipe's 10 belong to its 100 epochs, and a short run
    // should not spend its life warming up.
    explicit CosineSchedule(const Recipe& recipe);

    double rate(double epoch) const; // counts from 0; 2.5: half of the third epoch's steps are done
    double warmup_epochs() const noexcept { return warmup_; } // whole epochs, unless by step

  private:
    double lr_, min_lr_, warmup_lr_;
    int epochs_;
    bool by_step_;
    double warmup_;
};

} // namespace cdra::job
