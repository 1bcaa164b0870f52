// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Folders of images, one a class: below train/, val/ and test/, or directly (then each class is split 60/20/20 by
// the seed).
#include "core/base/error.h"
#include "core/base/random.h"
#include "datasets/indexed.h"

#include <algorithm>
#include <array>

namespace cdra::datasets {

namespace {

namespace fs = std::filesystem;

bool is_image_name(const fs::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static constexpr std::array known{".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".webp"};
    return std::find(known.begin(), known.end(), extension) != known.end();
}

bool is_hidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

std::vector<std::string> subfolders(const fs::path& root) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root, error))
        if (entry.is_directory(error) && !is_hidden(entry.path()))
            names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

// Names relative to `root`, sorted, at any depth below `root`/`folder`.
std::vector<std::string> images_below(const fs::path& root, const fs::path& folder) {
    std::vector<std::string> names;
    try {
        for (const auto& entry : fs::recursive_directory_iterator(root / folder))
            if (is_image_name(entry.path()) && !is_hidden(entry.path()) && entry.is_regular_file())
                names.push_back(entry.path().lexically_relative(root).generic_string());
    } catch (const fs::filesystem_error& error) {
        throw InputError((root / folder).string() + " can't be read: " + error.code().message());
    }
    std::sort(names.begin(), names.end());
    return names;
}

// The images of one split. Its class folders are matched by name with `classes`, train's.
std::vector<Sample> read_split(const fs::path& root, const fs::path& split,
                               const std::vector<std::string>& classes) {
    std::vector<Sample> samples;
    for (const std::string& name : subfolders(root / split)) {
        const auto found = std::lower_bound(classes.begin(), classes.end(), name);
        if (found == classes.end() || *found != name)
            throw InputError((root / split / name).string() + ": the training images have no class '" + name +
                             "'");
        for (std::string& file : images_below(root, split / name))
            samples.push_back({std::move(file), static_cast<std::int32_t>(found - classes.begin())});
    }
    return samples;
}

fs::path first_present(const fs::path& root, std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (fs::is_directory(root / name)) return name;
    return {};
}

} // namespace

// Recognised by its folders alone, the last in the list of layouts: nearly every folder looks like this one.
bool is_image_folder(const fs::path& root) {
    for (const std::string& name : subfolders(root)) {
        std::error_code error;
        fs::recursive_directory_iterator at(root / name, error), end;
        for (; !error && at != end; at.increment(error))
            if (is_image_name(at->path())) return true;
    }
    return false;
}

std::unique_ptr<Dataset> open_image_folder(const fs::path& root, const Options& options) {
    const CommonOptions common = common_options(options);
    const fs::path train = first_present(root, {"train"});
    const fs::path val = first_present(root, {"val", "validation", "valid"});
    const fs::path test = first_present(root, {"test"});
    const bool by_split = !train.empty() && !(val.empty() && test.empty());

    Splits splits;
    std::string division;
    const std::vector<std::string> classes = subfolders(by_split ? root / train : root);
    if (classes.size() < 2)
        throw InputError((by_split ? root / train : root).string() + " has " +
                         std::to_string(classes.size()) +
                         " class folders, expected at least 2, each with images in it");
    if (by_split) {
        splits["train"] = read_split(root, train, classes);
        if (!val.empty()) splits["val"] = read_split(root, val, classes);
        if (!test.empty()) splits["test"] = read_split(root, test, classes);
    } else {
        const std::vector<Sample> all = read_split(root, {}, classes);
        if (all.size() < 10)
            throw InputError(root.string() + " holds " + std::to_string(all.size()) +
                             " images, expected at least 10 to split");
        const auto order =
            random_permutation(static_cast<std::uint32_t>(all.size()), mix_seed(common.seed, "folder-split"));
        // Class by class, so that the smallest has images to train on, too.
        static constexpr std::array turns{"train", "test", "val", "train", "train"};
        std::vector<std::size_t> seen(classes.size());
        for (const std::uint32_t index : order)
            splits[turns[seen[static_cast<std::size_t>(all[index].label)]++ % turns.size()]].push_back(all[index]);
        if (!common.train) // else apply_common draws train and val anew
            division = "of each class three fifths train, one fifth val, one fifth test, by seed " + std::to_string(common.seed);
    }
    for (const char* name : {"train", "val", "test"})
        if (const auto found = splits.find(name); found == splits.end() ? !by_split : found->second.empty())
            throw InputError(root.string() + ": split '" + name +
                             "' holds no image (.jpg, .jpeg, .png, .bmp, .ppm, .pgm, .webp)");
    apply_common(splits, common, root.string());
    return std::make_unique<FileDataset>(root, "image-folder", classes, std::move(splits), std::move(division));
}

} // namespace cdra::datasets
