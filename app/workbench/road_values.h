// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The values at the stops of the road, loaded from what the project names, and whether a value still fits the project.
// No Qt objects: worker threads make these values, pages show them.
#pragma once

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/job/project.h"
#include "core/sensitivity/map.h"
#include "datasets/dataset.h"

#include <QString>

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace cdra::workbench {

struct NamedTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::int64_t count = 0;
};
struct ModelInfo {
    std::string path, format;
    checkpoint::VitSpec spec;
    std::vector<NamedTensor> tensors; // our names
    std::vector<std::string> unused;
    std::int64_t backbone_parameters = 0;
    std::string sha256; // of the checkpoint file
};
// Throws InputError; Cancelled on a stop.
ModelInfo load_model_info(const job::ModelChoice& choice, const std::stop_token& stop);
// "DINOv2 ViT-S/14", by family, width and patch.
QString model_title(const checkpoint::VitSpec& spec);

struct SplitInfo {
    std::string name;
    std::vector<std::int64_t> class_counts;
    std::int64_t samples = 0;
};
struct SampleImage {
    datasets::Image image; // at most 96 pixels a side
    std::string name;
    std::int32_t label = 0;
    datasets::LabelImage mask; // of a segmentation, in the image's size; else empty
};
struct DataInfo {
    std::string spec;
    std::shared_ptr<const datasets::Dataset> dataset;
    std::vector<SplitInfo> splits;
    std::vector<SampleImage> examples; // of the training split, every class in turn; of a segmentation the first ones
    std::vector<std::int64_t> example_pixels; // of a segmentation: by class, over the examples; else empty
    std::vector<datasets::BadSample> bad; // met while the examples were read; a check of every file may find more
    std::string fingerprint;
};
DataInfo load_data_info(const job::DataChoice& choice, const std::stop_token& stop);

// The DATA argument taken apart and put together again: "LAYOUT:PATH?train=1000&seed=0".
struct DataSpec {
    QString layout; // empty: recognised
    QString path;
    int train = 0; // 0: all
    int test = 0;
    int seed = 0;

    static DataSpec parse(const QString& spec);
    QString text() const;
};

// Why a map does not belong to what the project now says, in a short sentence; empty if it does. `model` and `data` may be
// null (not loaded yet): what can't be compared is not held against the map.
QString sensitivity_staleness(const sensitivity::Provenance& map, const job::Project& project, const ModelInfo* model,
                              const DataInfo* data);
// Why a finished run is not what the project now says; empty if it is.
QString run_staleness(const job::Project& frozen, const job::Project& project);

} // namespace cdra::workbench
