// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "datasets/indexed.h"

#include <iterator>
#include <span>

namespace cdra::datasets {

namespace {

// In order of recognition: the most particular first, the folder of folders last.
constexpr Layout all[] = {
    {"fashion-mnist",
     "the four IDX files of Fashion-MNIST, {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz]",
     is_fashion_mnist, open_fashion_mnist},
    {"mnist", "the four IDX files of MNIST, {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz]", is_idx,
     open_mnist},
    {"vtab-1k",
     "one task of VTAB-1k: train800.txt, val200.txt, train800val200.txt, test.txt and the images they list",
     is_vtab, open_vtab, "vtab"},
    {"fgvc", "VPT's splits of a fine-grained task: train.json, val.json and test.json of {\"path\": class}, and the images",
     is_fgvc, open_fgvc},
    {"voc", "PASCAL VOC's segmentation: VOCdevkit/VOC2012/{JPEGImages,SegmentationClass,ImageSets/Segmentation}",
     is_voc, open_voc},
    {"ade20k", "ADE20K's scene parsing: ADEChallengeData2016/{images,annotations}/{training,validation}", is_ade20k,
     open_ade20k},
    {"image-folder", "a folder of images for each class, below train, val and test or directly",
     is_image_folder, open_image_folder},
};

std::string words() {
    std::string result;
    for (const Layout& layout : all)
        result += (result.empty() ? "" : ", ") + std::string(layout.word);
    return result;
}

Options parse_options(std::string_view text) {
    Options options;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || equals == 0)
            throw InputError("data option '" + std::string(pair) + "' is not of the form name=value");
        if (!options.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second)
            throw InputError("data option '" + std::string(pair.substr(0, equals)) + "' is given twice");
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return options;
}

} // namespace

std::span<const Layout> layouts() {
    return all;
}

std::unique_ptr<Dataset> open_dataset(std::string_view spec) {
    const auto question = spec.find('?');
    std::string_view place = spec.substr(0, question);
    const Options options =
        question == std::string_view::npos ? Options{} : parse_options(spec.substr(question + 1));

    const Layout* chosen = nullptr;
    const auto colon = place.find(':');
    if (colon != std::string_view::npos && !std::filesystem::exists(place)) {
        for (const Layout& layout : all)
            if (colon > 0 && (layout.word == place.substr(0, colon) || layout.alias == place.substr(0, colon))) chosen = &layout;
        if (!chosen)
            throw InputError("data layout '" + std::string(place.substr(0, colon)) +
                             "' is not known; expected one of " + words());
        place.remove_prefix(colon + 1);
    }
    const std::filesystem::path root(place);
    if (!std::filesystem::is_directory(root))
        throw InputError("data folder '" + root.string() + "' does not exist or is not a folder");
    for (const Layout& layout : all)
        if (!chosen && layout.recognises(root)) chosen = &layout;
    if (!chosen) {
        std::string message = root.string() + " holds no dataset this program recognises; expected";
        // What most people have is the last that is tried and the first that is said.
        for (auto layout = std::rbegin(all); layout != std::rend(all); ++layout)
            message += (layout == std::rbegin(all) ? " " : "; or ") + std::string(layout->summary);
        throw InputError(message);
    }
    return chosen->open(root, options);
}

} // namespace cdra::datasets
