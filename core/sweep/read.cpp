// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/toml_reader.h"
#include "core/job/toml_text.h"
#include "core/methods/nearest.h"
#include "core/sweep/sweep.h"

#include <algorithm>
#include <set>

namespace cdra::sweep {
namespace {

constexpr std::size_t most_values = 1000;      // of an axis; a sweep of more is a slip
constexpr std::size_t most_settings = 10'000; // of a row: all of them are expanded at once

Scalar scalar(const job::TomlReader& reader, std::string_view key, const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* truth = node.as_boolean()) return truth->get();
    if (const auto* whole = node.as_integer()) return whole->get();
    if (const auto* real = node.as_floating_point()) return real->get();
    reader.fail(key, node, "holds something that is no number, string or boolean");
}

// The axes of a [grid] or [choose] table, in the file's order; the keys of `skip` are something else.
std::vector<Axis> read_axes(job::TomlReader reader, std::initializer_list<std::string_view> skip = {}) {
    std::vector<std::pair<toml::source_position, Axis>> found;
    if (reader.raw() == nullptr) return {};
    for (const auto& [key, node] : *reader.raw()) {
        if (std::find(skip.begin(), skip.end(), key.str()) != skip.end()) continue;
        const auto* array = node.as_array();
        if (array == nullptr || array->empty() || array->size() > most_values)
            reader.fail(key.str(), node, "is not a list of values; expected for example lr = [0.001, 0.003]");
        Axis axis{std::string(key.str()), {}};
        for (const toml::node& value : *array)
            axis.values.push_back(scalar(reader, key.str(), value));
        found.emplace_back(key.source().begin, std::move(axis));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
    });
    std::vector<Axis> axes;
    for (auto& [where, axis] : found)
        axes.push_back(std::move(axis));
    return axes;
}

toml::table table_or_empty(job::TomlReader reader) {
    return reader.raw() == nullptr ? toml::table{} : *reader.raw();
}

// A label becomes a folder.
void check_name(const job::TomlReader& reader, std::string_view key, const std::string& name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.' || c == '+';
    };
    if (!name.empty() && name.size() <= 80 && name.front() != '.' &&
        std::all_of(name.begin(), name.end(), plain))
        return;
    const toml::node* node = reader.raw()->get(key);
    if (node == nullptr) node = reader.raw();
    reader.fail(key, *node,
                "is '" + name + "'; expected a name of letters, digits and -_.+ (it becomes a folder)");
}

// Up to 1,000,000, which stands for any number above.
std::size_t setting_count(const std::vector<Axis>& axes) {
    std::size_t count = 1;
    for (const Axis& axis : axes)
        count = std::min<std::size_t>(count * axis.values.size(), 1'000'000);
    return count;
}

void check_settings(const job::TomlReader& reader, const Row& row) {
    if (const std::size_t count = setting_count(row.grid) * setting_count(row.choose); count > most_settings)
        reader.fail("grid", *reader.raw(),
                    "and choose ask for " + std::to_string(count) + " settings of " + row.label +
                        " or more; expected at most " + std::to_string(most_settings));
}

void check_trials(const job::TomlReader& reader, const std::vector<Axis>& axes, int limit,
                  const std::string& whose) {
    const std::size_t trials = setting_count(axes);
    if (trials > static_cast<std::size_t>(limit))
        reader.fail("choose", *reader.raw(),
                    "asks for " + std::to_string(trials) + " trials for " + whose +
                        "; expected at most max-trials = " + std::to_string(limit) +
                        ", which is the same for all rows");
}

// The tables of an array of tables, each as a strict reader.
std::vector<job::TomlReader> read_array(job::TomlReader& root, std::string_view key,
                                        const std::string& source) {
    const toml::node* node = root.find(key);
    if (node == nullptr)
        throw InputError(source + ": has no [[" + std::string(key) + "]]; expected at least one");
    const auto* array = node->as_array();
    if (array == nullptr || array->empty())
        root.fail(key, *node, "is no list of tables; expected [[" + std::string(key) + "]]");
    std::vector<job::TomlReader> readers;
    for (const toml::node& element : *array) {
        if (!element.is_table())
            root.fail(key, element, "is no table; expected [[" + std::string(key) + "]]");
        readers.emplace_back(element.as_table(), std::string(key), source);
    }
    return readers;
}

Task read_task(job::TomlReader reader) {
    Task task;
    reader.read("name", task.name);
    reader.read("group", task.group);
    reader.read("data", task.data);
    reader.read("metric", task.metric);
    if (const toml::node* node = reader.find("also")) {
        const auto* names = node->as_array();
        const auto is_name = [](const toml::node& name) { return name.is_string(); };
        if (names == nullptr || names->empty() || !std::all_of(names->begin(), names->end(), is_name))
            reader.fail("also", *node, "is no list of metrics; expected for example [\"mdice\"]");
        for (const toml::node& name : *names)
            task.also.push_back(name.as_string()->get());
    }
    task.project = table_or_empty(reader.table("project"));
    reader.finish();
    check_name(reader, "name", task.name);
    if (task.data.empty())
        reader.fail("data", *reader.raw(),
                    "is missing; expected a dataset, for example \"vtab-1k:{data}/fashion\"");
    return task;
}

Row read_row(job::TomlReader reader, const std::vector<Axis>& grid, const std::vector<Axis>& choose,
             int max_trials) {
    Row row;
    reader.read("label", row.label);
    reader.read("method", row.method);
    row.options = table_or_empty(reader.table("options"));
    row.project = table_or_empty(reader.table("project"));
    const toml::node* own_grid = reader.find("grid");
    const toml::node* own_choose = reader.find("choose");
    row.grid = own_grid != nullptr ? read_axes(reader.table("grid")) : grid;
    row.choose = own_choose != nullptr ? read_axes(reader.table("choose")) : choose;
    reader.finish();
    if (row.label.empty()) row.label = row.method;
    check_name(reader, "label", row.label);
    try {
        methods::find_method(row.method);
    } catch (const InputError& error) {
        const toml::node* node = reader.raw()->get("method");
        reader.fail("method", node != nullptr ? *node : *reader.raw(),
                    std::string("is not right: ") + error.what());
    }
    check_trials(reader, row.choose, max_trials, row.label);
    check_settings(reader, row);
    return row;
}

template <typename Item, typename Name>
void check_distinct(const std::vector<Item>& items, Name name, const char* what, const std::string& source) {
    std::set<std::string> seen;
    for (const Item& item : items)
        if (!seen.insert(name(item)).second)
            throw InputError(source + ": two " + what + " are called '" + name(item) +
                             "'; expected different names");
}

template <typename Item, typename Name>
void keep(std::vector<Item>& items, const std::vector<std::string>& wanted, Name name, const char* what) {
    if (wanted.empty()) return;
    std::vector<std::string> known;
    for (const Item& item : items)
        known.push_back(name(item));
    std::vector<Item> kept;
    for (const std::string& one : wanted) {
        const auto found = std::find(known.begin(), known.end(), one);
        if (found == known.end())
            throw InputError("the sweep has no " + std::string(what) + " '" + one + "'; it has " +
                             methods::join(known) + methods::suggestion(one, known));
    }
    for (std::size_t i = 0; i < items.size(); ++i)
        if (std::find(wanted.begin(), wanted.end(), known[i]) != wanted.end())
            kept.push_back(std::move(items[i]));
    items = std::move(kept);
}

void put(toml::table& project, const char* table, const char* key, auto value) {
    if (!project.contains(table)) project.insert(table, toml::table{});
    project.get_as<toml::table>(table)->insert_or_assign(key, value);
}

} // namespace

Sweep parse_sweep(std::string_view text, const std::filesystem::path& source_path) {
    const std::string source = source_path.string();
    const toml::table root = job::parse_toml(text, source);
    Sweep sweep;
    sweep.source = source_path;
    job::TomlReader reader(&root, "", source);
    reader.read("name", sweep.name);
    reader.read("notes", sweep.notes);
    if (const toml::node* node = reader.find("seeds")) {
        sweep.seeds.clear();
        std::vector<double> seeds;
        reader.read("seeds", seeds);
        for (const double seed : seeds) {
            if (seed < 0 || seed > 1e15 || seed != static_cast<double>(static_cast<std::uint64_t>(seed)))
                reader.fail("seeds", *node,
                            "holds " + text_of(Scalar(seed)) + "; expected whole numbers of at least 0");
            if (std::find(sweep.seeds.begin(), sweep.seeds.end(), static_cast<std::uint64_t>(seed)) !=
                sweep.seeds.end())
                reader.fail("seeds", *node, "holds " + text_of(Scalar(seed)) + " twice");
            sweep.seeds.push_back(static_cast<std::uint64_t>(seed));
        }
        if (seeds.empty()) reader.fail("seeds", *node, "is empty; expected at least one seed");
    }
    sweep.project = table_or_empty(reader.table("project"));
    job::TomlReader choose = reader.table("choose");
    choose.read("max-trials", sweep.max_trials);
    if (sweep.max_trials < 1)
        choose.fail("max-trials", *choose.raw()->get("max-trials"), "is less than 1; expected at least 1");
    choose.read("epochs", sweep.trial_epochs);
    if (choose.raw() != nullptr && choose.raw()->contains("epochs") && sweep.trial_epochs < 1)
        choose.fail("epochs", *choose.raw()->get("epochs"), "is less than 1; expected at least 1");
    const std::vector<Axis> common_choose = read_axes(choose, {"max-trials", "epochs"});
    const std::vector<Axis> common_grid = read_axes(reader.table("grid"));
    for (job::TomlReader& task : read_array(reader, "task", source))
        sweep.tasks.push_back(read_task(task));
    for (job::TomlReader& row : read_array(reader, "row", source))
        sweep.rows.push_back(read_row(row, common_grid, common_choose, sweep.max_trials));
    reader.finish();
    check_distinct(
        sweep.tasks, [](const Task& task) { return task.name; }, "tasks", source);
    check_distinct(
        sweep.rows, [](const Row& row) { return row.label; }, "rows", source);
    if (sweep.name.empty()) sweep.name = source_path.stem().string();
    return sweep;
}

Sweep read_sweep(const std::filesystem::path& path) {
    return parse_sweep(read_text_file(path, std::size_t{4} << 20), path);
}

void apply(Sweep& sweep, const Overrides& overrides) {
    const std::string mark = "{data}";
    for (Task& task : sweep.tasks)
        if (const auto at = task.data.find(mark); at != std::string::npos) {
            if (overrides.data_root.empty())
                throw InputError(sweep.source.string() + ": task " + task.name + " reads '" + task.data +
                                 "'; expected --data ROOT, the folder that {data} stands for");
            task.data.replace(at, mark.size(),
                              std::filesystem::absolute(overrides.data_root).lexically_normal().string());
        }
    if (!overrides.model.empty())
        put(sweep.project, "model", "path",
            std::filesystem::absolute(overrides.model).lexically_normal().string());
    if (!overrides.device.empty()) put(sweep.project, "run", "device", overrides.device);
    if (overrides.threads >= 0) put(sweep.project, "run", "threads", std::int64_t{overrides.threads});
    if (overrides.epochs > 0) put(sweep.project, "recipe", "epochs", std::int64_t{overrides.epochs});
    keep(
        sweep.tasks, overrides.tasks, [](const Task& task) { return task.name; }, "task");
    keep(
        sweep.rows, overrides.rows, [](const Row& row) { return row.label; }, "row");
    // The first seed stays the one that trials run with, whichever seeds are asked for: the choice is the
    // sweep's.
    if (!overrides.seeds.empty())
        for (const std::uint64_t seed : overrides.seeds)
            if (std::find(sweep.seeds.begin(), sweep.seeds.end(), seed) == sweep.seeds.end())
                throw InputError("the sweep has no seed " + std::to_string(seed) + "; add it to seeds in " +
                                 sweep.source.string());
    sweep.only_seeds = overrides.seeds;
}

} // namespace cdra::sweep
