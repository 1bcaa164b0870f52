// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Loss and accuracy over a whole split, in eval mode, in the split's order.
#pragma once

#include "core/base/progress.h"
#include "core/engine/training/batches.h"

#include <cstdint>
#include <string>
#include <vector>

namespace cdra::engine {

struct Evaluation {
    std::int64_t samples = 0;
    double loss = 0;                // mean cross-entropy, no label smoothing
    double accuracy = 0;            // 0 … 1
    double mean_class_accuracy = 0; // mean over the classes that occur
    int classes = 0;
    std::vector<float> logits; // [samples, classes]
    std::vector<std::int32_t> labels, predicted;
};

// `samples`: of the split the source was made for. Progress under `stage`. Throws Cancelled.
Evaluation evaluate(const Vit& model, Method* method, BatchSource& source, std::size_t samples, bool bf16,
                    const std::string& stage, ProgressSink& progress, const std::stop_token& stop);

} // namespace cdra::engine
