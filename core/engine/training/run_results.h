// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What a run leaves behind: the figures of results.h5 and the summary that is printed.
#pragma once

#include "core/engine/training/evaluation.h"
#include "core/engine/training/run_setup.h"
#include "core/engine/training/run_state.h"
#include "core/job/results.h"

#include <map>
#include <string>

namespace cdra::engine {

// Parameter counts as the descriptor gives them, the head apart, and both percentages.
std::map<std::string, double> parameter_summary(const RunSetup& setup);
// Versions, device, threads, instruction set, the kernels' forms, seed, protocol, precision, preprocessing.
std::map<std::string, std::string> environment_of(const RunSetup& setup);
job::Predictions predictions_of(const Evaluation& evaluation, const datasets::Dataset& data,
                                const std::string& split);
job::Segmentation segmentation_of(const Evaluation& evaluation, const datasets::Dataset& data,
                                  const std::string& split);
// Everything but the predictions.
job::Results results_of(const RunSetup& setup, const RunState& state, const job::Adapter& adapter);

} // namespace cdra::engine
