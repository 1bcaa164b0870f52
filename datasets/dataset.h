// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A dataset is an index of samples by split and a way to get one sample's image. Layouts are one file each and one
// line of layouts().
#pragma once

#include "core/base/progress.h"
#include "datasets/image.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::datasets {

struct Sample {
    std::string name; // file name relative to the root, or "train/00017" in an IDX file
    std::int32_t label = 0; // -1 in a segmentation dataset: its labels are images
};

// What a sample's label is: one class, or a class for every pixel.
enum class Task { classification, segmentation };

// A segmentation dataset has the same splits. Where a published one has no labelled test split (VOC, ADE20K), its
// validation images, which nobody may choose on, are "test", and "val" is a seeded fifth of its training images.
//
// Split names: "train", "val", "test", and "trainval" (train then val: what the honest protocol's last training
// uses). A layout that has no val takes a seeded fifth of its training images.
class Dataset {
  public:
    virtual ~Dataset() = default;
    virtual std::string layout() const = 0;                       // "fashion-mnist"
    virtual const std::vector<std::string>& classes() const = 0;  // class names, index = label
    virtual const std::vector<std::string>& splits() const = 0;
    // How a folder without splits was divided: "of each class three fifths train, …". Else empty.
    virtual std::string division() const { return {}; }
    // Throws InputError that lists the splits.
    virtual const std::vector<Sample>& samples(std::string_view split) const = 0;
    // Thread-safe. Throws CorruptFile or InputError naming the file.
    virtual Image load(std::string_view split, std::size_t index) const = 0;
    virtual Task task() const { return Task::classification; }
    // Segmentation only: the sample's label image in its own resolution (the image's), class indices 0 to
    // classes().size() - 1 or void_label where a pixel has no class. Thread-safe. Throws CorruptFile or InputError
    // naming the file (a number that is no class is damage), InputError for a classification dataset. That the size
    // is the image's is checked where both are at hand: by check() and by Loader.
    virtual LabelImage load_labels(std::string_view split, std::size_t index) const;
    // SHA-256 over layout, options, names and labels (not pixels): quick, and changes when the index does.
    virtual std::string fingerprint() const = 0;
};

struct Layout {
    std::string_view word;    // "fashion-mnist", "image-folder", "vtab-1k"
    std::string_view summary; // one sentence: which files it expects
    bool (*recognises)(const std::filesystem::path& root);
    // `options` are those after `?`. Throws InputError naming the missing file and where it was expected.
    std::unique_ptr<Dataset> (*open)(const std::filesystem::path& root, const std::map<std::string, std::string>& options);
    std::string_view alias = {}; // a second word that DATA may name it by, e.g. "vtab"
};
std::span<const Layout> layouts();

// DATA: a folder (layout recognised), or LAYOUT:PATH, each with options after `?` ("train=1000&seed=0").
// Common options: train=N (N training images by a seeded permutation, four fifths to tune on, one fifth to validate),
// seed=S, test=N (N test images by a seeded permutation). Throws InputError.
std::unique_ptr<Dataset> open_dataset(std::string_view spec);

struct BadSample {
    std::string split, name, reason;
};
// Throws CorruptFile naming the sample if the label image is not of the image's size.
void check_same_size(const Sample& sample, const Image& image, const LabelImage& labels);
// Decodes every file, label images too, in parallel. Stage "check".
std::vector<BadSample> check(const Dataset& dataset, int threads, ProgressSink& progress, const std::stop_token& stop);

} // namespace cdra::datasets
