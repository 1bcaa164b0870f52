// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// VTAB-1k as its users publish it: <task>/{train800,val200,train800val200,test}.txt, each line a file and its
// class.
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "datasets/indexed.h"
#include "datasets/vtab_tasks.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace cdra::datasets {

namespace {

constexpr int most_classes = 100'000;

std::vector<Sample> read_list(const std::filesystem::path& path, int classes) {
    if (!std::filesystem::is_regular_file(path))
        throw InputError(
            path.string() +
            " is missing; a VTAB-1k task has train800.txt, val200.txt, train800val200.txt and test.txt");
    std::vector<Sample> samples;
    std::istringstream text(read_text_file(path));
    std::string line;
    for (int number = 1; std::getline(text, line); ++number) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty()) continue;
        const auto refuse = [&](const std::string& what) {
            throw CorruptFile(path.string() + ", line " + std::to_string(number) + ": " + what);
        };
        const auto space = line.rfind(' '); // a file name may hold spaces
        if (space == std::string::npos || space == 0)
            refuse("'" + line + "', expected a file name, a space and a class number");
        int label = -1;
        const auto [end, error] = std::from_chars(line.data() + space + 1, line.data() + line.size(), label);
        if (error != std::errc{} || end != line.data() + line.size())
            refuse("class '" + line.substr(space + 1) + "' is not a number");
        if (label < 0 || label >= classes)
            refuse("class " + std::to_string(label) + ", expected 0 to " + std::to_string(classes - 1));
        samples.push_back({line.substr(0, space), label});
    }
    if (samples.empty()) throw CorruptFile(path.string() + " lists no image");
    return samples;
}

} // namespace

bool is_vtab(const std::filesystem::path& root) {
    return std::filesystem::is_regular_file(root / "train800.txt") ||
           std::filesystem::is_regular_file(root / "train800val200.txt");
}

std::unique_ptr<Dataset> open_vtab(const std::filesystem::path& root, const Options& options) {
    const CommonOptions common = common_options(options);
    const std::string folder = std::filesystem::weakly_canonical(root).filename().string();
    const VtabTask* task = find_vtab_task(folder);
    const bool known = task != nullptr;

    Splits splits;
    int classes = known ? task->classes : 0;
    for (const auto& [split, file] : {std::pair{"train", "train800.txt"},
                                      {"val", "val200.txt"},
                                      {"trainval", "train800val200.txt"},
                                      {"test", "test.txt"}}) {
        splits[split] = read_list(root / file, known ? task->classes : most_classes);
        if (!known)
            for (const Sample& sample : splits[split])
                classes = std::max(classes, sample.label + 1);
    }
    apply_common(splits, common, root.string());
    std::vector<std::string> names;
    for (int i = 0; i < classes; ++i)
        names.push_back(std::to_string(i));
    return std::make_unique<FileDataset>(root, "vtab-1k", std::move(names), std::move(splits));
}

} // namespace cdra::datasets
