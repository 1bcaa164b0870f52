// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Batches in a given order, decoded ahead on worker threads so that a training step does not wait.
#pragma once

#include "datasets/dataset.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace cdra::datasets {

struct Batch {
    int size = 0;
    std::vector<float> images; // [size, 3, image_size, image_size]
    std::vector<std::int64_t> labels;   // [size]; -1 each for a segmentation dataset
    std::vector<std::uint8_t> masks;    // [size, image_size, image_size] class indices or 255; segmentation only
    std::vector<std::uint32_t> indices; // into the split
};

struct LoaderOptions {
    int batch_size = 64;
    bool training = false;           // augmentation on
    std::uint64_t augmentation_seed = 0; // mixed with the sample's index
    int threads = 1;
    int prefetch = 2; // batches
    // Keeps preprocessed images of up to this many bytes in memory (only where nothing is augmented).
    std::size_t cache_bytes = std::size_t{512} << 20;
};

// One pass over `order`; the content of a batch depends on the arguments alone, never on timing or threads.
// A failed decode surfaces from next() as the exception the dataset threw.
class Loader {
  public:
    Loader(const Dataset& dataset, std::string split, Preprocessing how, LoaderOptions options);
    ~Loader();
    // Begins a pass over `order` (indices into the split), skipping the first `skip_batches` batches.
    void start(std::vector<std::uint32_t> order, std::uint64_t augmentation_seed, std::size_t skip_batches = 0);
    // False at the end of the pass.
    bool next(Batch& batch);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace cdra::datasets
