// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// make_plan() for a hand on the γ slider: after the first plan of a map, a plan of any γ near it costs a few milliseconds,
// because only the weights that may become sensitive are looked at again. Same plans, byte for byte.
#pragma once

#include "core/compact/box_sum.h"
#include "core/compact/plan.h"
#include "core/sensitivity/sliding_selection.h"

#include <memory>
#include <mutex>
#include <optional>

namespace cdra::compact {

class Replanner {
  public:
    explicit Replanner(std::shared_ptr<const sensitivity::SensitivityMap> map)
        : map_(std::move(map)), in_boxes_(map_->matrices.size()) {}
    const std::shared_ptr<const sensitivity::SensitivityMap>& map() const { return map_; }
    // As make_plan(map, options, …). Calls from several threads wait for each other.
    CompactPlan make(const PlanOptions& options, ProgressSink& progress, const std::stop_token& stop = {}, int threads = 1);

  private:
    std::shared_ptr<const sensitivity::SensitivityMap> map_;
    std::mutex mutex_;
    std::optional<sensitivity::SlidingSelection> sliding_;
    std::vector<RunningBoxSum> in_boxes_; // of the matrices
};

} // namespace cdra::compact
