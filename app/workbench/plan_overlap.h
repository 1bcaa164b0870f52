// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Two plans of one architecture against each other: two tasks, estimators or γ.
#pragma once

#include "core/compact/plan.h"

#include <QImage>

#include <cstdint>
#include <stop_token>
#include <vector>

namespace cdra::workbench {

struct Overlap {
    std::uint64_t both = 0, only_first = 0, only_second = 0;
    double jaccard() const; // both ÷ any; 0 where neither has a weight
};
// One a matrix. Throws InputError naming the first matrix in which the two differ in name or shape; Cancelled.
std::vector<Overlap> overlaps(const compact::CompactPlan& first, const compact::CompactPlan& second, const std::stop_token& stop = {});

// Sensitive weights of either as stored, rows down and columns across, at most `side` pixels a side: one colour each for
// both, the first alone, the second alone; where several fall on a pixel the rarest kind of the matrix shows.
// `reorganised`: in the first plan's orders of rows and columns instead, so that its box is the top left corner.
struct OverlapColours {
    QRgb paper, both, first, second;
};
QImage overlap_image(const compact::PlannedMatrix& first, const compact::PlannedMatrix& second, int side, const OverlapColours& colours,
                     bool reorganised = false);

} // namespace cdra::workbench
