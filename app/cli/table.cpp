// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/table.h"

#include "core/base/error.h"

#include <algorithm>
#include <cstdio>
#include <ostream>

namespace cdra::cli {
namespace {

// Characters, not bytes: "d̄" is one wide.
std::size_t width(const std::string& text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0) == 0x80) continue;
        // Combining marks (U+0300 … U+036F: CC 80 … CD AF) add nothing.
        if (byte == 0xCC || (byte == 0xCD && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xB0)) continue;
        ++count;
    }
    return count;
}

std::string csv_cell(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

std::string markdown_cell(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
}

std::string latex_cell(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) out += std::string("\\") + c;
        else if (c == '\\') out += "\\textbackslash{}";
        else if (c == '~') out += "\\textasciitilde{}";
        else if (c == '^') out += "\\textasciicircum{}";
        else out += c;
    }
    return out;
}

template <typename Cell>
void print_line(std::ostream& out, const std::vector<std::string>& cells, const char* begin, const char* separator,
                const char* end, Cell cell) {
    out << begin;
    for (std::size_t i = 0; i < cells.size(); ++i) out << (i == 0 ? "" : separator) << cell(cells[i]);
    out << end << '\n';
}

std::string grouped_digits(const std::string& digits) {
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::size_t left = digits.size() - i;
        if (i > 0 && left % 3 == 0 && digits[i - 1] != '-') out += ',';
        out += digits[i];
    }
    return out;
}

} // namespace

TableFormat parse_table_format(std::string_view word) {
    if (word == "text") return TableFormat::text;
    if (word == "csv") return TableFormat::csv;
    if (word == "markdown") return TableFormat::markdown;
    if (word == "latex") return TableFormat::latex;
    throw InputError("table format '" + std::string(word) + "' is not known; expected text, csv, markdown or latex");
}

void Table::print(std::ostream& out, TableFormat format) const {
    std::vector<std::string> titles;
    for (const Column& column : columns) titles.push_back(column.title);
    if (format == TableFormat::csv) {
        print_line(out, titles, "", ",", "", csv_cell);
        for (const auto& row : rows) print_line(out, row, "", ",", "", csv_cell);
        return;
    }
    if (format == TableFormat::markdown) {
        print_line(out, titles, "| ", " | ", " |", markdown_cell);
        out << '|';
        for (const Column& column : columns) out << (column.number ? "---:|" : "---|");
        out << '\n';
        for (const auto& row : rows) print_line(out, row, "| ", " | ", " |", markdown_cell);
        return;
    }
    if (format == TableFormat::latex) {
        out << "\\begin{tabular}{";
        for (const Column& column : columns) out << (column.number ? 'r' : 'l');
        out << "}\n\\hline\n";
        print_line(out, titles, "", " & ", " \\\\", latex_cell);
        out << "\\hline\n";
        for (const auto& row : rows) print_line(out, row, "", " & ", " \\\\", latex_cell);
        out << "\\hline\n\\end{tabular}\n";
        return;
    }
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        widths.push_back(width(titles[i]));
        for (const auto& row : rows) widths[i] = std::max(widths[i], width(row[i]));
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string text;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string space(widths[i] - width(cells[i]), ' ');
            if (i > 0) text += "  ";
            text += columns[i].number ? space + cells[i] : cells[i] + space;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        out << text << '\n';
    };
    line(titles);
    for (const auto& row : rows) line(row);
}

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string grouped(long long value) { return grouped_digits(std::to_string(value)); }
std::string grouped(unsigned long long value) { return grouped_digits(std::to_string(value)); }

} // namespace cdra::cli
