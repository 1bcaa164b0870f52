// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Offline benchmarks: folders in a published layout, made from real images that are on the machine.
#pragma once

#include "core/base/progress.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::datasets {

struct BuildOptions {
    std::filesystem::path out;     // the benchmark becomes the folder `out`/<benchmark's name>
    std::filesystem::path fashion; // folder of Fashion-MNIST's four IDX files
    std::filesystem::path digits;  // digits.csv.gz of scikit-learn, or its folder
    std::uint64_t seed = 0;
    std::vector<std::string> tasks; // empty: all
    std::uint32_t limit = 0;        // at most so many images in a list, the first ones; 0: no limit
    int threads = 1;                // does not change a byte
};

struct BuiltTask {
    std::string name, data; // `data` is what --data takes
    int classes = 0;
    std::uint32_t train = 0, val = 0, test = 0;
};

struct Benchmark {
    std::string_view name, summary;
    std::vector<std::string> (*tasks)();
    // Every file is a function of the sources, `seed` and `limit`. Written under a temporary name and renamed whole;
    // nothing is left of a build that fails or is stopped. Throws InputError (a source is missing, a task is not
    // known, the folder exists), IoError, Cancelled. Stage "build".
    std::vector<BuiltTask> (*build)(const BuildOptions& options, ProgressSink& progress, const std::stop_token& stop);
};
std::span<const Benchmark> benchmarks();

} // namespace cdra::datasets
