// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cdra::engine {

CosineSchedule::CosineSchedule(const job::Recipe& recipe)
    : lr_(recipe.lr), min_lr_(std::min(recipe.min_lr, recipe.lr)),
      warmup_lr_(std::min(recipe.warmup_lr, recipe.lr)), epochs_(recipe.epochs),
      warmup_epochs_(std::clamp(recipe.warmup_epochs, 0, recipe.epochs / 5)) {}

double CosineSchedule::rate(int epoch) const {
    if (epoch < warmup_epochs_) return warmup_lr_ + epoch * (lr_ - warmup_lr_) / warmup_epochs_;
    if (epoch >= epochs_) return min_lr_;
    return min_lr_ + 0.5 * (lr_ - min_lr_) * (1 + std::cos(std::numbers::pi * epoch / epochs_));
}

} // namespace cdra::engine
