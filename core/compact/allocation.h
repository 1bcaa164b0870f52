// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// From sizes to ranks, treatments and parameter counts. The plan and the budget search go through the same
// function, so that a budget is kept to the last parameter.
#pragma once

#include "core/compact/box_sides.h"
#include "core/compact/plan.h"
#include "core/compact/ranks.h"

#include <span>

namespace cdra::compact {

struct Allotment {
    std::uint32_t rank = 0;
    Treatment treatment = Treatment::frozen;
    bool whole = false; // the box becomes the whole matrix
};

// What is adapted, and how: the part of PlanOptions that decides ranks.
struct RankChoice {
    const RankStrategy& strategy;
    const std::map<std::string, std::uint32_t>& edited;
    RankZero zero;
};

// One allotment a matrix. `inputs` hold d̄ and k̄ of scale 1 and quadrant 10, whose ranks every variant of the
// box keeps (Tables 6 and 7), capped at the box's own sides. Without a sensitive weight, or with an empty
// box, a matrix is frozen. Where single weights are tuned for rank 0, they are in every variant, so that
// variants differ in their box alone. Throws InputError for an edited rank of a matrix that is not there.
std::vector<Allotment> allot(std::span<const RankInput> inputs, std::span<const BoxSides> boxes,
                             const RankChoice& choice);

// The sides of the box that an allotment works on.
BoxSides settled(const BoxSides& box, const Allotment& allotment, const Sizes& sizes) noexcept;
// `box` is a settled one.
std::uint64_t parameters_of(const Allotment& allotment, const BoxSides& box,
                            std::uint64_t sensitive) noexcept;

RankInput rank_input(const PlannedMatrix& matrix);

// Whether a vector is tuned whole: at least 1/beta of its entries are sensitive (SPT's rule).
bool is_tuned(std::uint64_t sensitive, std::int64_t size, const PlanOptions& options) noexcept;

} // namespace cdra::compact
