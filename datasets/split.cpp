// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/split.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "datasets/indexed.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

namespace cdra::datasets {

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

Lines read_lines(const fs::path& path) {
    Lines lines;
    std::istringstream text(read_text_file(path));
    for (std::string line; std::getline(text, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

class Writer {
  public:
    void write(const fs::path& path, const Lines& lines) {
        std::string text;
        for (const std::string& line : lines)
            text += line + '\n';
        write_file_atomically(path, text);
        written.push_back({path, lines.size()});
    }
    std::vector<SplitFile> written;
};

Lines shuffled(const Lines& lines, std::uint64_t seed) {
    Lines result;
    for (const std::uint32_t index : random_permutation(static_cast<std::uint32_t>(lines.size()), seed))
        result.push_back(lines[index]);
    return result;
}

// In the order of the whole list, as published lists are.
Lines sorted_part(const Lines& lines, std::size_t from, std::size_t to) {
    Lines result(lines.begin() + static_cast<std::ptrdiff_t>(from), lines.begin() + static_cast<std::ptrdiff_t>(to));
    std::sort(result.begin(), result.end());
    return result;
}

Lines joined(Lines first, const Lines& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

std::vector<SplitFile> split_vtab(const fs::path& root, std::uint64_t seed) {
    const fs::path train = root / "train800.txt", val = root / "val200.txt", both = root / "train800val200.txt";
    if (!fs::exists(root / "test.txt"))
        throw InputError((root / "test.txt").string() + " is missing; a test list can't be made from the training images");
    Writer writer;
    if (fs::exists(both) && !fs::exists(train) && !fs::exists(val)) {
        const Lines all = shuffled(read_lines(both), mix_seed(seed, "vtab-split"));
        if (all.size() < 5)
            throw InputError(both.string() + " lists " + std::to_string(all.size()) + " images, at least 5 are needed");
        const std::size_t tuned = all.size() - all.size() / 5;
        writer.write(train, sorted_part(all, 0, tuned));
        writer.write(val, sorted_part(all, tuned, all.size()));
    } else if (!fs::exists(both) && fs::exists(train) && fs::exists(val)) {
        writer.write(both, joined(read_lines(train), read_lines(val)));
    } else if (!fs::exists(train) || !fs::exists(val)) {
        throw InputError((fs::exists(train) ? val : train).string() +
                         " is missing and can't be made: it needs train800val200.txt without its other part");
    }
    return writer.written;
}

std::vector<SplitFile> split_voc(const fs::path& root, std::uint64_t seed) {
    const fs::path lists = root / "ImageSets/Segmentation";
    Writer writer;
    if (!fs::exists(lists / "train.txt")) {
        for (const char* name : {"val.txt", "test.txt", "trainval.txt"})
            if (fs::exists(lists / name))
                throw InputError((lists / "train.txt").string() + " is missing while " + name +
                                 " is there; remove that one to divide all label images anew");
        Lines ids;
        for (const auto& entry : fs::directory_iterator(root / "SegmentationClass"))
            if (entry.path().extension() == ".png") ids.push_back(entry.path().stem().string());
        if (ids.size() < 10)
            throw InputError((root / "SegmentationClass").string() + " holds " + std::to_string(ids.size()) +
                             " label images (.png), at least 10 are needed to divide them");
        std::sort(ids.begin(), ids.end());
        ids = shuffled(ids, mix_seed(seed, "voc-split"));
        const std::size_t fifth = ids.size() / 5, rest = ids.size() - 2 * fifth;
        fs::create_directories(lists);
        writer.write(lists / "test.txt", sorted_part(ids, rest + fifth, ids.size()));
        writer.write(lists / "val.txt", sorted_part(ids, rest, rest + fifth));
        writer.write(lists / "train.txt", sorted_part(ids, 0, rest));
    }
    if (!fs::exists(lists / "trainval.txt") && fs::exists(lists / "val.txt")) {
        Lines all = joined(read_lines(lists / "train.txt"), read_lines(lists / "val.txt"));
        std::sort(all.begin(), all.end());
        writer.write(lists / "trainval.txt", all);
    }
    return writer.written;
}

std::vector<SplitFile> split_class_folders(const fs::path& root, std::uint64_t seed) {
    constexpr const char* names[] = {"test", "val", "train"};
    std::string there;
    std::size_t count = 0;
    for (const char* name : names)
        if (fs::exists(root / (std::string(name) + ".json"))) there = std::string(name) + ".json", ++count;
    if (count == 3) return {};
    if (count > 0)
        throw InputError((root / there).string() + " is there while others of train.json, val.json and test.json are not; "
                                                   "remove it to divide all images anew");
    const auto data = open_image_folder(root, {{"seed", std::to_string(seed)}});
    Writer writer;
    for (const char* split : names) { // train last: a folder is recognised by it
        const auto& known = data->splits();
        if (std::find(known.begin(), known.end(), split) == known.end())
            throw InputError(root.string() + ": split '" + split + "' is missing and can't be made from others");
        nlohmann::ordered_json json;
        for (const Sample& sample : data->samples(split))
            json[sample.name] = data->classes()[static_cast<std::size_t>(sample.label)];
        const fs::path path = root / (std::string(split) + ".json");
        std::string text;
        try {
            text = json.dump(0) + "\n";
        } catch (const nlohmann::ordered_json::exception&) {
            throw InputError(root.string() + ": a file name is not UTF-8, which JSON can't hold; rename it");
        }
        write_file_atomically(path, text);
        writer.written.push_back({path, data->samples(split).size()});
    }
    return writer.written;
}

fs::path voc_folder(const fs::path& root) {
    for (const fs::path& folder : {root, root / "VOCdevkit/VOC2012", root / "VOC2012"})
        if (fs::is_directory(folder / "JPEGImages") && fs::is_directory(folder / "SegmentationClass")) return folder;
    return {};
}

} // namespace

std::vector<SplitFile> make_splits(const fs::path& root, std::uint64_t seed) {
    if (!fs::is_directory(root)) throw InputError(root.string() + ": no such folder");
    for (const char* name : {"train800.txt", "val200.txt", "train800val200.txt"})
        if (fs::exists(root / name)) return split_vtab(root, seed);
    if (const fs::path voc = voc_folder(root); !voc.empty()) return split_voc(voc, seed);
    if (is_image_folder(root)) return split_class_folders(root, seed);
    throw InputError(root.string() + ": no VTAB-1k lists, no JPEGImages and SegmentationClass, no class folders; "
                                     "expected one of these to make split files for");
}

} // namespace cdra::datasets
