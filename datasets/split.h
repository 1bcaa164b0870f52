// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Split files for a folder that lacks them, so that every program that reads it sees the same division.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace cdra::datasets {

struct SplitFile {
    std::filesystem::path path;
    std::size_t images = 0;
};
// Writes what is missing and touches no file that is there; the division is a function of `seed` and the names.
//  - A VTAB-1k task: train800.txt and val200.txt out of train800val200.txt (four fifths, one fifth), or that one out of
//    the two. A test list can't be made up: InputError.
//  - PASCAL VOC's folders (JPEGImages, SegmentationClass): without lists, three fifths, one fifth and one fifth of the
//    label images as train.txt, val.txt and test.txt; trainval.txt out of train and val.
//  - Class folders: train.json, val.json and test.json ({"path": class}), the very division that `image-folder` makes
//    for this seed; afterwards the folder opens as `fgvc`.
// Returns the files written, none if nothing is missing. Throws InputError for a folder that is none of these or holds
// lists that nothing can be made from, IoError.
std::vector<SplitFile> make_splits(const std::filesystem::path& root, std::uint64_t seed);

} // namespace cdra::datasets
