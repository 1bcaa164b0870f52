// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// results.h5: a run's outcome in the NeXus layout, so that a viewer opens on the learning curve.
#pragma once

#include "core/compact/plan.h"
#include "core/job/project.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdra::job {

// By epoch; all vectors have the same length; not-a-number where a value was not taken.
struct History {
    std::vector<double> epoch, train_loss, train_accuracy, val_loss, val_accuracy, learning_rate, images_per_second,
        memory_mib, gpu_memory_mib;
    std::vector<double> val_miou, val_mdice; // of a segmentation, whose accuracies are of pixels; else empty
};
struct MatrixResult {
    std::string name;
    std::vector<std::uint32_t> row_order, column_order, mask; // as in the plan; empty for methods without one
    std::vector<std::int32_t> rows, columns;                  // of A and B
    std::int64_t rank = 0;
    std::vector<float> a; // [rows, rank]
    std::vector<float> b; // [rank, columns]
    std::int64_t parameters = 0;
};
struct Predictions {
    std::string split;
    std::vector<std::int32_t> labels, predicted;
    std::vector<float> logits; // [n, classes]
    std::vector<std::string> names;
    std::vector<std::string> classes;
};
// Figures of a segmentation by class; pixels without a class count nowhere.
struct Segmentation {
    std::string split;
    std::vector<std::string> classes;
    std::vector<double> iou, dice;       // not-a-number for a class that neither occurs nor is predicted
    std::vector<std::int64_t> confusion; // [true class, predicted class], pixels
};
struct Results {
    History history;
    std::vector<MatrixResult> matrices;
    std::optional<Predictions> predictions;
    std::optional<Segmentation> segmentation;
    // "test/accuracy", "val/accuracy", "best/epoch", "parameters/matrices", "parameters/vectors",
    // "parameters/class_token", "parameters/head", "parameters/backbone", "parameters/trainable_percent",
    // "parameters/trainable_percent_with_head", "time/train_seconds", "memory/peak_mib"
    std::map<std::string, double> summary;
    std::map<std::string, std::string> environment; // versions, device, threads, instruction set, seed, protocol
    std::string project_toml;
};

void write_results(const std::filesystem::path& path, const Results& results);
Results read_results(const std::filesystem::path& path, bool with_matrices = true);

} // namespace cdra::job
