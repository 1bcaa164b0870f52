// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// --init gradient: A begins as the leading left singular vectors of the mean gradient inside its box, the
// directions of the input along which the loss falls fastest there; B zero, so that step 0 is the pretrained model.
#pragma once

#include "core/base/progress.h"
#include "core/compact/plan.h"
#include "core/engine/training/batches.h"

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>

namespace cdra::engine {

// One pass over options.split in its order, evaluation mode, no augmentation, the model's own head and loss:
// → "<matrix>.A" [d̄, r], float32 on the CPU, columns of length 1, each with its largest entry positive. The same
// bits for the same inputs and thread count. Stage "start", in images.
std::map<std::string, Tensor> gradient_start(const Vit& model, const compact::CompactPlan& plan,
                                             const datasets::Dataset& data, const BatchOptions& options,
                                             ProgressSink& progress, const std::stop_token& stop);

// As the run's start.safetensors. Reading throws CorruptFile.
void write_start(const std::filesystem::path& file, const std::map<std::string, Tensor>& start);
std::map<std::string, Tensor> read_start(const std::filesystem::path& file);

// The r leading left singular vectors of `matrix` [d, k]: [d, r], double. For tests.
Tensor leading_left_vectors(const Tensor& matrix, std::int64_t rank);

} // namespace cdra::engine
