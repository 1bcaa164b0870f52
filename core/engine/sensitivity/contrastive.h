// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// GPS's estimator; compute_sensitivity() hands over to it.
#pragma once

#include "core/engine/sensitivity/sensitivity.h"

namespace cdra::engine {

sensitivity::SensitivityMap contrastive_sensitivity(const SensitivityInputs& inputs, ProgressSink& progress,
                                                    const std::stop_token& stop);

} // namespace cdra::engine
