// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The budget search: how many weights may be sensitive so that the plan stays within a number of parameters.
#pragma once

#include "core/compact/plan_maker.h"

namespace cdra::compact {

// The count τ for `options.amount` = Budget. Trainable parameters do not grow steadily with the count (a
// matrix may gain a row and lose a rank), so "the largest" has a precise meaning here: the returned count's
// plan is within the budget; the plan of count + 1 is not (or the pool ends); and neither are those of all
// larger counts of a grid in steps of 1/33, up to four times the budget's own parameter count, or, where the
// plan there is still within the budget, to the first doubling of that at which it is not. A pure function of
// map and options. Throws InputError if even a plan without a sensitive weight is over the budget.
std::uint64_t count_for_budget(const sensitivity::SensitivityMap& map, const PlanOptions& options,
                               ProgressSink& progress, const std::stop_token& stop, int threads,
                               const PlanMaker& maker = {});

// Trainable parameters of the plan of `count`, without making it: the naive plan's twin, for the search and
// tests.
std::uint64_t parameters_for_count(const sensitivity::SensitivityMap& map, const PlanOptions& options,
                                   std::uint64_t count, const PlanMaker& maker = {});

} // namespace cdra::compact
