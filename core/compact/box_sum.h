// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Sums of sensitivity, in an order of their own: eight running sums side by side, so that an addition need not wait for the one
// before it. The same order wherever a plan is made, so that its figures are the same to the last bit.
#pragma once

#include "core/compact/plan.h"
#include "core/sensitivity/map.h"

#include <span>

namespace cdra::compact {

double sum(std::span<const float> values);
// Of the box's rows (input features) and columns (output features).
double sum_in_box(const sensitivity::MatrixSensitivity& matrix, const Box& box);

} // namespace cdra::compact
