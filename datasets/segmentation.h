// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to datasets: what the layouts of label images share.
#pragma once

#include "datasets/indexed.h"

#include <array>

namespace cdra::datasets {

// How a stored number becomes a class: 0 to 255 each to a class index, to void_label, or to `no_class`, which is damage.
inline constexpr int no_class = -1;
using LabelTable = std::array<int, 256>;

class SegmentationDataset final : public IndexedDataset {
  public:
    // A sample's name is its image's file below `root`; `labels_of` gives its label file's.
    SegmentationDataset(std::filesystem::path root, std::string layout, std::vector<std::string> classes,
                        Splits splits, LabelTable table, std::string (*labels_of)(const std::string& image))
        : IndexedDataset(std::move(layout), std::move(classes), std::move(splits)), root_(std::move(root)),
          table_(table), labels_of_(labels_of) {}

    Task task() const override { return Task::segmentation; }
    LabelImage load_labels(std::string_view split, std::size_t index) const override;

  private:
    Image load_sample(const Sample& sample) const override { return read_image(root_ / sample.name); }
    std::filesystem::path root_;
    LabelTable table_;
    std::string (*labels_of_)(const std::string& image);
};

} // namespace cdra::datasets
