// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/toml_reader.h"

#include "core/base/error.h"
#include "core/methods/nearest.h"

#include <algorithm>
#include <limits>

namespace cdra::job {
namespace {

const char* name_of(toml::node_type type) {
    switch (type) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "a boolean";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: return "a date";
    case toml::node_type::none: break;
    }
    return "nothing";
}

} // namespace

TomlReader::TomlReader(const toml::table* table, std::string prefix, std::string source)
    : table_(table), prefix_(std::move(prefix)), source_(std::move(source)) {}

std::string TomlReader::path(std::string_view key) const {
    return prefix_.empty() ? std::string(key) : prefix_ + "." + std::string(key);
}

void TomlReader::fail(std::string_view key, const toml::node& node, const std::string& what) const {
    throw InputError(source_ + ":" + std::to_string(node.source().begin.line) + ": " + path(key) + " " + what);
}

void TomlReader::wrong_type(std::string_view key, const toml::node& node, const char* expected) const {
    fail(key, node, std::string("is ") + name_of(node.type()) + "; expected " + expected);
}

const toml::node* TomlReader::find(std::string_view key) {
    known_.emplace_back(key);
    return table_ == nullptr ? nullptr : table_->get(key);
}

void TomlReader::read(std::string_view key, std::string& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto* text = node->as_string();
    if (text == nullptr) wrong_type(key, *node, "a string");
    value = text->get();
}

void TomlReader::read(std::string_view key, bool& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto* truth = node->as_boolean();
    if (truth == nullptr) wrong_type(key, *node, "true or false");
    value = truth->get();
}

void TomlReader::read(std::string_view key, int& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto* number = node->as_integer();
    if (number == nullptr) wrong_type(key, *node, "a whole number");
    if (number->get() < std::numeric_limits<int>::min() || number->get() > std::numeric_limits<int>::max())
        fail(key, *node, "is " + std::to_string(number->get()) + "; expected a number of at most 2147483647");
    value = static_cast<int>(number->get());
}

void TomlReader::read(std::string_view key, std::uint64_t& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto* number = node->as_integer();
    if (number == nullptr) wrong_type(key, *node, "a whole number");
    if (number->get() < 0) fail(key, *node, "is " + std::to_string(number->get()) + "; expected at least 0");
    value = static_cast<std::uint64_t>(number->get());
}

void TomlReader::read(std::string_view key, double& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    if (const auto* real = node->as_floating_point()) value = real->get();
    else if (const auto* whole = node->as_integer()) value = static_cast<double>(whole->get());
    else wrong_type(key, *node, "a number");
}

void TomlReader::read(std::string_view key, std::vector<double>& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto* array = node->as_array();
    if (array == nullptr) wrong_type(key, *node, "an array of numbers");
    value.clear();
    for (const toml::node& element : *array) {
        if (const auto* real = element.as_floating_point()) value.push_back(real->get());
        else if (const auto* whole = element.as_integer()) value.push_back(static_cast<double>(whole->get()));
        else fail(key, element, std::string("holds ") + name_of(element.type()) + "; expected numbers");
    }
}

TomlReader TomlReader::table(std::string_view key) {
    const toml::node* node = find(key);
    if (node != nullptr && !node->is_table()) wrong_type(key, *node, "a table");
    return {node == nullptr ? nullptr : node->as_table(), path(key), source_};
}

void TomlReader::finish() const {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_)
        if (std::find(known_.begin(), known_.end(), key.str()) == known_.end())
            throw InputError(source_ + ":" + std::to_string(key.source().begin.line) + ": key '" + path(key.str()) +
                             "' is not known; expected one of " + methods::join(known_) +
                             methods::suggestion(key.str(), known_));
}

} // namespace cdra::job
