// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to datasets: the options after `?`, and the subsets that every layout can take.
#pragma once

#include "datasets/dataset.h"

#include <optional>

namespace cdra::datasets {

using Options = std::map<std::string, std::string>;

struct CommonOptions {
    std::optional<std::uint32_t> train, test;
    std::uint64_t seed = 0;
};
// Throws InputError naming an option that is not known or not a number in its range.
CommonOptions common_options(const Options& options);

using Splits = std::map<std::string, std::vector<Sample>, std::less<>>;

// Brings the splits a layout read ("train", perhaps "val" and "test", perhaps its own "trainval") to what
// Dataset promises. With train=N: N of train and val by a seeded permutation, four fifths "train", one fifth
// "val". Else where there is no val: a seeded fifth of train. Then test=N, and trainval = train, val unless
// the layout gave one. Throws InputError (naming `where`) for N below 5 or above what there is, and for an
// empty train.
void apply_common(Splits& splits, const CommonOptions& options, const std::string& where);

} // namespace cdra::datasets
