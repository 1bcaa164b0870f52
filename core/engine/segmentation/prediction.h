// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Masks of single images by a run: what `cdra predict` writes, and what a run leaves for looking at.
#pragma once

#include "core/base/progress.h"
#include "core/engine/training/run_setup.h"
#include "datasets/image.h"

#include <filesystem>
#include <stop_token>
#include <string>

namespace cdra::engine {

// At the image's own size, class indices 0 to classes - 1. Throws InputError unless images are squashed (a
// crop leaves the image's border without a prediction).
datasets::LabelImage predict_mask(const RunSetup& setup, const datasets::Image& image);

// PASCAL VOC's colours, written atomically.
void write_mask(const std::filesystem::path& path, const datasets::LabelImage& mask);

// The masks of the split's first images, at most `most`, as folder/<split>/<name with _ for />.png, and
// folder/<split>/index.json: {"classes", "masks": [{"image", "mask"}]}, `image` by its name in the dataset.
void write_masks(const RunSetup& setup, const datasets::Dataset& data, const std::string& split,
                 std::size_t most, const std::filesystem::path& folder, ProgressSink& progress,
                 const std::stop_token& stop);

} // namespace cdra::engine
