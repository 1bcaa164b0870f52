// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/training/run_setup.h"

namespace cdra::engine {

// RUN/inputs.json: SHA-256 of the model and the fingerprint of the dataset as the run first saw them, and the kernels'
// forms it computes with (kernels/forms.h). Written at the first start; at every later one, throws InputError if the
// model or the dataset has changed since, and takes up the forms again: a run goes on in what it began with, or not at
// all. Call it before the first step.
void keep_or_check_inputs(const job::JobPaths& paths, const RunSetup& setup);

} // namespace cdra::engine
