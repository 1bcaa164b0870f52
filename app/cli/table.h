// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A small table as text for people, CSV, Markdown or LaTeX.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::cli {

enum class TableFormat { text, csv, markdown, latex };
TableFormat parse_table_format(std::string_view word); // throws InputError

struct Table {
    struct Column {
        std::string title;
        bool number = false; // right-aligned
    };
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows; // each as long as columns

    void print(std::ostream& out, TableFormat format = TableFormat::text) const;
};

std::string fixed(double value, int digits);   // "12.34"
std::string grouped(long long value);          // "85,798,656"
std::string grouped(unsigned long long value);

} // namespace cdra::cli
