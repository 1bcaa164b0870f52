// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Loss and figures over a whole split, in eval mode, in the split's order.
#pragma once

#include "core/base/progress.h"
#include "core/engine/model/vit.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace cdra::engine {

class BatchSource;
class Method;
class Task;

struct Evaluation {
    std::int64_t samples = 0;
    double loss = 0;                // mean over the samples, cross-entropy, no label smoothing
    double accuracy = 0;            // 0 … 1; of a segmentation: of the pixels that have a class
    double mean_class_accuracy = 0; // mean over the classes that occur
    double score = 0;               // the figure that the task chooses by
    // Every figure of the task by name, as shown: "accuracy", "mean_class_accuracy", or "miou", "mdice", …
    std::vector<std::pair<std::string, double>> figures;
    int classes = 0;
    // Classification.
    std::vector<float> logits; // [samples, classes]
    std::vector<std::int32_t> labels, predicted;
    // Segmentation: by class, not-a-number for one that neither occurs nor is predicted; pixels
    // [true, predicted].
    std::vector<double> class_iou, class_dice;
    std::vector<std::int64_t> confusion;
};

// "93.40 % of 1000 (mean per class 93.31 %, loss 0.2013)", or the figures of a segmentation.
std::string in_words(const Evaluation& evaluation);

// `samples`: of the split the source was made for. Progress under `stage`. Throws Cancelled.
Evaluation evaluate(const Vit& model, Method* method, BatchSource& source, std::size_t samples, bool bf16,
                    const std::string& stage, ProgressSink& progress, const std::stop_token& stop);

} // namespace cdra::engine
