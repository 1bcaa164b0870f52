// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/job/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cdra::job {

CosineSchedule::CosineSchedule(const Recipe& recipe)
    : lr_(recipe.lr), min_lr_(std::min(recipe.min_lr, recipe.lr)),
      warmup_lr_(std::min(recipe.warmup_lr, recipe.lr)), epochs_(recipe.epochs),
      by_step_(recipe.schedule == "step"),
      warmup_(std::clamp<double>(recipe.warmup_epochs, 0, by_step_ ? recipe.epochs / 5.0 : recipe.epochs / 5)) {}

double CosineSchedule::rate(double epoch) const {
    if (!by_step_) epoch = std::floor(epoch);
    if (epoch < warmup_) return warmup_lr_ + epoch * (lr_ - warmup_lr_) / warmup_;
    if (epoch >= epochs_) return min_lr_;
    return min_lr_ + 0.5 * (lr_ - min_lr_) * (1 + std::cos(std::numbers::pi * epoch / epochs_));
}

} // namespace cdra::job
