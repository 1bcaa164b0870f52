// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// ADE20K of the scene parsing challenge: ADEChallengeData2016/{images,annotations}/{training,validation}. Labels are
// grey values: 0 ignored, 1 to 150 the classes 0 to 149.
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "datasets/segmentation.h"

#include <algorithm>
#include <sstream>

namespace cdra::datasets {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t class_count = 150;

fs::path challenge(const fs::path& root) {
    for (const fs::path& folder : {root, root / "ADEChallengeData2016"})
        if (fs::is_directory(folder / "annotations/training") && fs::is_directory(folder / "images/training"))
            return folder;
    return {};
}

// objectInfo150.txt: a heading, then lines of five columns with tabs between, the names in the last.
std::vector<std::string> class_names(const fs::path& folder) {
    std::vector<std::string> names;
    if (fs::is_regular_file(folder / "objectInfo150.txt")) {
        std::istringstream text(read_text_file(folder / "objectInfo150.txt", std::size_t{1} << 20));
        std::string line;
        std::getline(text, line);
        while (std::getline(text, line)) {
            const auto tab = line.rfind('\t');
            if (tab == std::string::npos) continue;
            std::string name = line.substr(tab + 1);
            while (!name.empty() && (name.back() == '\r' || name.back() == ' '))
                name.pop_back();
            names.push_back(std::move(name));
        }
        if (names.size() == class_count) return names;
        throw CorruptFile((folder / "objectInfo150.txt").string() + ": names " + std::to_string(names.size()) +
                          " classes, expected 150");
    }
    for (std::size_t i = 0; i < class_count; ++i)
        names.push_back(std::to_string(i));
    return names;
}

std::vector<Sample> read_folder(const fs::path& folder, const std::string& split) {
    std::vector<Sample> samples;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / "images" / split, error))
        if (entry.path().extension() == ".jpg")
            samples.push_back({"images/" + split + "/" + entry.path().filename().string(), -1});
    if (samples.empty())
        throw InputError((folder / "images" / split).string() + " holds no .jpg image; ADE20K has images and "
                                                                "annotations for training and validation");
    std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.name < b.name; });
    return samples;
}

std::string labels_of(const std::string& image) {
    const fs::path path(image);
    return "annotations/" + path.parent_path().filename().string() + "/" + path.stem().string() + ".png";
}

} // namespace

bool is_ade20k(const fs::path& root) { return !challenge(root).empty(); }

std::unique_ptr<Dataset> open_ade20k(const fs::path& root, const Options& options) {
    const CommonOptions common = common_options(options);
    const fs::path folder = challenge(root);
    if (folder.empty())
        throw InputError((root / "ADEChallengeData2016/annotations/training").string() +
                         " is missing; expected {images,annotations}/{training,validation} of ADE20K there");
    LabelTable table;
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = i == 0 ? int{void_label} : i <= class_count ? static_cast<int>(i - 1) : no_class;
    table[void_label] = void_label;
    Splits splits;
    splits["train"] = read_folder(folder, "training");
    splits["test"] = read_folder(folder, "validation");
    apply_common(splits, common, root.string());
    return std::make_unique<SegmentationDataset>(folder, "ade20k", class_names(folder), std::move(splits), table,
                                                 labels_of);
}

} // namespace cdra::datasets
