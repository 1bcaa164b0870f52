// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/training/run_setup.h"
#include "core/job/requests.h"

namespace cdra::engine {

// A model with the sum of adapter files on it, no run needed: what `cdra evaluate --adapter` begins with. Images are
// prepared as the adapters' metadata say. Throws InputError if they are of another model, do not add up, or belong
// to a method that adds parts of its own.
RunSetup open_adapters(const job::EvaluateRequest& request, ProgressSink& progress, const std::stop_token& stop);

} // namespace cdra::engine
