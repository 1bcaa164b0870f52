// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/indexed.h"

#include "core/base/digest.h"
#include "core/base/error.h"

namespace cdra::datasets {

namespace {

// Everything that decides which image is which sample; neither pixels nor the folder's place.
std::string digest(const std::string& layout, const std::vector<std::string>& classes, const Splits& splits) {
    std::string text = layout + '\n';
    for (const std::string& name : classes)
        text += name + '\n';
    for (const auto& [split, samples] : splits) {
        text += '[' + split + "]\n";
        for (const Sample& sample : samples)
            text += sample.name + '\t' + std::to_string(sample.label) + '\n';
    }
    return sha256_hex(std::as_bytes(std::span(text)));
}

} // namespace

LabelImage Dataset::load_labels(std::string_view, std::size_t) const {
    throw InputError("this " + layout() + " dataset has a class for an image, not for its pixels");
}

IndexedDataset::IndexedDataset(std::string layout, std::vector<std::string> classes, Splits splits)
    : layout_(std::move(layout)), classes_(std::move(classes)), splits_(std::move(splits)),
      fingerprint_(digest(layout_, classes_, splits_)) {
    for (const char* name : {"train", "val", "trainval", "test"})
        if (splits_.contains(name)) names_.emplace_back(name);
}

const std::vector<Sample>& IndexedDataset::samples(std::string_view split) const {
    const auto found = splits_.find(split);
    if (found != splits_.end()) return found->second;
    std::string known;
    for (const std::string& name : names_)
        known += (known.empty() ? "" : ", ") + name;
    throw InputError("this " + layout_ + " dataset has no split '" + std::string(split) + "'; it has " +
                     known);
}

Image IndexedDataset::load(std::string_view split, std::size_t index) const {
    const auto& all = samples(split);
    if (index >= all.size())
        throw InputError("sample " + std::to_string(index) + " of split '" + std::string(split) +
                         "' does not exist; there are " + std::to_string(all.size()));
    return load_sample(all[index]);
}

} // namespace cdra::datasets
