// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to datasets: the real images that benchmarks are made of.
#pragma once

#include "datasets/build_canvas.h"

#include <filesystem>
#include <string>

namespace cdra::datasets {

struct Source {
    std::vector<Grey> images; // all square and of one size
    std::vector<int> labels;
    std::vector<std::string> names; // "train/00017", "digits/0003": what a benchmark's sources.txt says
};
struct FashionSource {
    Source train, test; // 60,000 and 10,000 in the order of the files
    std::vector<std::string> classes;
};

// Both throw InputError naming what is missing and how to get it.
FashionSource read_fashion(const std::filesystem::path& folder);
// scikit-learn's digits: gzipped lines of 64 values of 0 to 16 and the digit, 8×8 pixels.
Source read_digits(const std::filesystem::path& file_or_folder);

} // namespace cdra::datasets
