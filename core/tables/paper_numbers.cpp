// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tables/paper_numbers.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/toml_reader.h"
#include "core/job/toml_text.h"

#include <algorithm>

namespace cdra::tables {
namespace {

std::vector<std::string> words(job::TomlReader& reader, std::string_view key) {
    std::vector<std::string> result;
    const toml::node* node = reader.find(key);
    if (node == nullptr) return result;
    const auto* array = node->as_array();
    if (array == nullptr) reader.fail(key, *node, "is no list; expected a list of strings");
    for (const toml::node& element : *array) {
        const auto* text = element.as_string();
        if (text == nullptr) reader.fail(key, element, "is no string; expected a list of strings");
        result.push_back(text->get());
    }
    return result;
}

std::optional<double> number(job::TomlReader& reader, const char* key) {
    double value = 0;
    if (reader.raw()->get(key) == nullptr) {
        reader.find(key); // known all the same
        return std::nullopt;
    }
    reader.read(key, value);
    return value;
}

PaperRow read_row(job::TomlReader reader, const PaperTable& table) {
    PaperRow row;
    reader.read("method", row.method);
    reader.read("row", row.row);
    reader.read("cells", row.cells);
    reader.read("group-means", row.group_means);
    row.mean = number(reader, "mean");
    row.percent = number(reader, "percent");
    row.mended = words(reader, "mended");
    reader.finish();
    if (row.cells.size() != table.columns.size())
        reader.fail("cells", *reader.raw(),
                    "holds " + std::to_string(row.cells.size()) + " numbers; expected " +
                        std::to_string(table.columns.size()) + ", one a column");
    for (const std::string& column : row.mended)
        if (std::find(table.columns.begin(), table.columns.end(), column) == table.columns.end())
            reader.fail("mended", *reader.raw(), "names '" + column + "', which is no column");
    return row;
}

} // namespace

const PaperRow* PaperTable::find(std::string_view row) const noexcept {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const PaperRow& one) { return one.row == row; });
    return found == rows.end() ? nullptr : &*found;
}

std::vector<PaperTable> parse_paper_numbers(std::string_view text, const std::filesystem::path& source_path) {
    const std::string source = source_path.string();
    const toml::table root = job::parse_toml(text, source);
    std::vector<PaperTable> tables;
    for (const auto& [key, node] : root) {
        job::TomlReader all(&root, "", source);
        job::TomlReader reader = all.table(key.str());
        PaperTable table;
        table.name = key.str();
        reader.read("title", table.title);
        table.columns = words(reader, "columns");
        table.groups = words(reader, "groups");
        if (!table.groups.empty() && table.groups.size() != table.columns.size())
            reader.fail("groups", node,
                        "names " + std::to_string(table.groups.size()) + " groups; expected one a column");
        if (const toml::node* rows = reader.find("row"); rows != nullptr && rows->is_array())
            for (const toml::node& row : *rows->as_array()) {
                if (!row.is_table())
                    reader.fail("row", row, "is no table; expected [[" + table.name + ".row]]");
                table.rows.push_back(
                    read_row(job::TomlReader(row.as_table(), table.name + ".row", source), table));
            }
        reader.finish();
        tables.push_back(std::move(table));
    }
    return tables;
}

std::vector<PaperTable> read_paper_numbers(const std::filesystem::path& path) {
    return parse_paper_numbers(read_text_file(path, std::size_t{1} << 20), path);
}

} // namespace cdra::tables
