// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// resources/paper_numbers.toml: the tables of the paper, each cell with its provenance.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::tables {

struct PaperRow {
    std::string method; // the paper's name
    std::string row;    // our sweeps' label of the same method
    std::vector<double> cells;
    std::vector<double> group_means; // as printed; empty if not legible
    std::optional<double> mean, percent;
    std::vector<std::string> mended; // columns whose cell is not the text's but what its means say
};
struct PaperTable {
    std::string name, title;                  // "table1"
    std::vector<std::string> columns, groups; // groups: one a column, or empty
    std::vector<PaperRow> rows;
    const PaperRow* find(std::string_view row) const noexcept; // by label; nullptr if absent
};

// Throw InputError naming file, line and key.
std::vector<PaperTable> parse_paper_numbers(std::string_view toml, const std::filesystem::path& source);
std::vector<PaperTable> read_paper_numbers(const std::filesystem::path& path);

} // namespace cdra::tables
