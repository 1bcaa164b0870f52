// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/segmentation.h"

#include "core/base/error.h"

namespace cdra::datasets {

LabelImage SegmentationDataset::load_labels(std::string_view split, std::size_t index) const {
    const auto& all = samples(split);
    if (index >= all.size())
        throw InputError("sample " + std::to_string(index) + " of split '" + std::string(split) +
                         "' does not exist; there are " + std::to_string(all.size()));
    const std::filesystem::path path = root_ / labels_of_(all[index].name);
    LabelImage labels = read_label_png(path);
    for (std::uint8_t& value : labels.classes) {
        const int found = table_[value];
        if (found == no_class)
            throw CorruptFile(path.string() + ": holds the class number " + std::to_string(value) +
                              ", which none of the " + std::to_string(classes().size()) + " classes has");
        value = static_cast<std::uint8_t>(found);
    }
    return labels;
}

} // namespace cdra::datasets
