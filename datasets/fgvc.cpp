// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The five fine-grained tasks with VPT's splits: {train,val,test}.json, each {"relative/path.jpg": class}. The classes'
// own numbers have gaps and a split need not hold all of them, so one map is made from train and used for every split:
// numbering each split by itself, as published loaders do, shifts labels.
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "datasets/indexed.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cdra::datasets {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json; // the file's order is the split's order

struct Entry {
    std::string file, name; // name: the class as the file has it
    std::int64_t number = 0;
    bool is_number = false;
};

std::vector<Entry> read_split(const fs::path& path) {
    Json json;
    try {
        json = Json::parse(read_text_file(path));
    } catch (const Json::exception& error) {
        throw CorruptFile(path.string() + ": is not JSON: " + error.what());
    }
    if (!json.is_object() || json.empty())
        throw CorruptFile(path.string() + R"(: expected an object of {"relative/path.jpg": class} with entries in it)");
    std::vector<Entry> entries;
    entries.reserve(json.size());
    for (const auto& [file, label] : json.items()) {
        const fs::path relative(file);
        if (file.empty() || relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end())
            throw CorruptFile(path.string() + ": '" + file + "' is not a path below the dataset's folder");
        if (label.is_number_integer())
            entries.push_back({file, std::to_string(label.get<std::int64_t>()), label.get<std::int64_t>(), true});
        else if (label.is_string())
            entries.push_back({file, label.get<std::string>(), 0, false});
        else
            throw CorruptFile(path.string() + ": the class of '" + file + "' is " + label.dump() +
                              ", expected a number or a name");
    }
    return entries;
}

// Numbers in their order, then names in theirs.
bool before(const Entry& a, const Entry& b) {
    if (a.is_number != b.is_number) return a.is_number;
    return a.is_number ? a.number < b.number : a.name < b.name;
}

// CUB and NABirds keep their images in images/, Stanford Dogs in Images/, Cars and Flowers beside the lists.
std::string image_folder(const fs::path& root, const std::string& first) {
    for (const char* folder : {"images/", "Images/", ""})
        if (fs::exists(root / (folder + first))) return folder;
    throw InputError((root / "images" / first).string() + " is missing, and so are " + (root / "Images" / first).string() +
                     " and " + (root / first).string() + "; train.json's first image is expected at one of them");
}

} // namespace

bool is_fgvc(const fs::path& root) {
    return fs::is_regular_file(root / "train.json") && fs::is_regular_file(root / "test.json");
}

std::unique_ptr<Dataset> open_fgvc(const fs::path& root, const Options& options) {
    const CommonOptions common = common_options(options);
    for (const char* name : {"train.json", "test.json"})
        if (!fs::is_regular_file(root / name))
            throw InputError((root / name).string() +
                             R"( is missing; the fine-grained layout has train.json, val.json and test.json of {"path": class})");
    const std::vector<Entry> train = read_split(root / "train.json");
    const std::string folder = image_folder(root, train.front().file);

    std::vector<Entry> distinct = train;
    std::sort(distinct.begin(), distinct.end(), before);
    distinct.erase(std::unique(distinct.begin(), distinct.end(),
                               [](const Entry& a, const Entry& b) { return a.name == b.name; }),
                   distinct.end());
    std::vector<std::string> names;
    std::map<std::string, std::int32_t, std::less<>> labels;
    for (const Entry& entry : distinct) {
        labels.emplace(entry.name, static_cast<std::int32_t>(names.size()));
        names.push_back(entry.name);
    }
    const auto samples = [&](const std::vector<Entry>& entries, const char* file) {
        std::vector<Sample> result;
        for (const Entry& entry : entries) {
            const auto found = labels.find(entry.name);
            if (found == labels.end())
                throw CorruptFile((root / file).string() + ": '" + entry.file + "' is of class " + entry.name +
                                  ", which train.json does not hold");
            result.push_back({folder + entry.file, found->second});
        }
        return result;
    };
    Splits splits;
    splits["train"] = samples(train, "train.json");
    if (fs::is_regular_file(root / "val.json")) splits["val"] = samples(read_split(root / "val.json"), "val.json");
    splits["test"] = samples(read_split(root / "test.json"), "test.json");
    apply_common(splits, common, root.string());
    return std::make_unique<FileDataset>(root, "fgvc", std::move(names), std::move(splits));
}

} // namespace cdra::datasets
