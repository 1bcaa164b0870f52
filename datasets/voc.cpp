// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// PASCAL VOC's segmentation: VOCdevkit/VOC2012/{JPEGImages,SegmentationClass,ImageSets/Segmentation}. Labels are the
// palette's indices: 0 background, 1 to 20 the classes, 255 void.
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "datasets/segmentation.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace cdra::datasets {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_classes = 255; // 255 is void

// The folder that holds ImageSets: `root` itself, or where the archive unpacks to below it. The newest year is taken.
fs::path devkit(const fs::path& root) {
    if (fs::is_directory(root / "ImageSets/Segmentation")) return root;
    for (const fs::path& parent : {root / "VOCdevkit", root}) {
        std::set<fs::path> years;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(parent, error))
            if (entry.path().filename().string().starts_with("VOC") &&
                fs::is_directory(entry.path() / "ImageSets/Segmentation"))
                years.insert(entry.path());
        if (!years.empty()) return *years.rbegin();
    }
    return {};
}

std::vector<std::string> read_lines(const fs::path& path) {
    std::vector<std::string> lines;
    std::istringstream text(read_text_file(path));
    for (std::string line; std::getline(text, line);) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
            line.pop_back();
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

std::vector<std::string> class_names(const fs::path& folder) {
    if (!fs::is_regular_file(folder / "classes.txt"))
        return {"background", "aeroplane", "bicycle", "bird",      "boat",        "bottle",      "bus",
                "car",        "cat",       "chair",   "cow",       "diningtable", "dog",         "horse",
                "motorbike",  "person",    "pottedplant", "sheep", "sofa",        "train",       "tvmonitor"};
    std::vector<std::string> names = read_lines(folder / "classes.txt");
    if (names.size() < 2 || names.size() > most_classes)
        throw CorruptFile((folder / "classes.txt").string() + ": names " + std::to_string(names.size()) +
                          " classes, expected 2 to 255, a line each, the background first");
    return names;
}

// A list's images; VOC's are .jpg, and .png is taken where there is no .jpg.
std::vector<Sample> read_list(const fs::path& folder, const std::string& split) {
    const fs::path path = folder / "ImageSets/Segmentation" / (split + ".txt");
    if (!fs::is_regular_file(path))
        throw InputError(path.string() + " is missing; VOC's segmentation has train.txt and val.txt there");
    std::vector<Sample> samples;
    for (const std::string& id : read_lines(path)) {
        if (id.find("..") != std::string::npos || id.front() == '/')
            throw CorruptFile(path.string() + ": '" + id + "' is not an image's name");
        const std::string file = "JPEGImages/" + id;
        const bool png = !fs::exists(folder / (file + ".jpg")) && fs::exists(folder / (file + ".png"));
        samples.push_back({file + (png ? ".png" : ".jpg"), -1});
    }
    if (samples.empty()) throw CorruptFile(path.string() + " lists no image");
    return samples;
}

std::string labels_of(const std::string& image) {
    return "SegmentationClass/" + fs::path(image).stem().string() + ".png";
}

// VOC publishes test.txt of 2012 without labels: such a list is no test split.
bool has_labelled_test(const fs::path& folder) {
    const fs::path list = folder / "ImageSets/Segmentation/test.txt";
    if (!fs::is_regular_file(list)) return false;
    const auto ids = read_lines(list);
    return !ids.empty() && fs::exists(folder / labels_of(ids.front() + ".jpg"));
}

} // namespace

bool is_voc(const fs::path& root) { return !devkit(root).empty(); }

std::unique_ptr<Dataset> open_voc(const fs::path& root, const Options& options) {
    const CommonOptions common = common_options(options);
    const fs::path folder = devkit(root);
    if (folder.empty())
        throw InputError((root / "VOCdevkit/VOC2012/ImageSets/Segmentation").string() +
                         " is missing; expected there train.txt and val.txt of PASCAL VOC's segmentation");
    for (const char* name : {"JPEGImages", "SegmentationClass"})
        if (!fs::is_directory(folder / name))
            throw InputError((folder / name).string() + " is missing; VOC's segmentation has its images in "
                                                        "JPEGImages and its labels in SegmentationClass");
    std::vector<std::string> names = class_names(folder);
    LabelTable table;
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = i < names.size() ? static_cast<int>(i) : no_class;
    table[void_label] = void_label;

    Splits splits;
    splits["train"] = read_list(folder, "train");
    if (has_labelled_test(folder)) {
        splits["val"] = read_list(folder, "val");
        splits["test"] = read_list(folder, "test");
    } else {
        splits["test"] = read_list(folder, "val");
    }
    apply_common(splits, common, root.string());
    return std::make_unique<SegmentationDataset>(folder, "voc", std::move(names), std::move(splits), table, labels_of);
}

} // namespace cdra::datasets
