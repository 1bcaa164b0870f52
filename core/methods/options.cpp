// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Option values: text in the project file and on the command line, checked once against the descriptor.
#include "core/base/error.h"
#include "core/methods/nearest.h"
#include "core/methods/table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace cdra::methods {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

template <typename Number> std::optional<Number> number(std::string_view text) {
    Number value{};
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view word = trimmed(text.substr(0, comma));
        if (!word.empty()) words.emplace_back(word);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return words;
}

std::vector<std::string> texts(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

[[noreturn]] void refuse(const Option& option, std::string_view found, const std::string& expected) {
    throw InputError("option '" + std::string(option.name) + "' is '" + std::string(found) + "'; expected " + expected);
}

std::string plain(double value) {
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc{} ? std::string(buffer, end) : std::string("?");
}

std::string range(const Option& option, const std::string& what) {
    if (option.minimum == option.maximum) return what;
    return what + " from " + plain(option.minimum) + " to " + plain(option.maximum);
}

bool outside(const Option& option, double value) {
    return option.minimum != option.maximum && (value < option.minimum || value > option.maximum);
}

const std::string& value_of(const OptionValues& values, std::string_view name) {
    const auto found = values.find(std::string(name));
    if (found == values.end()) throw InputError("option '" + std::string(name) + "' is missing");
    return found->second;
}

} // namespace

std::string_view name_of(OptionType type) noexcept {
    switch (type) {
    case OptionType::boolean: return "boolean";
    case OptionType::integer: return "integer";
    case OptionType::real: return "real";
    case OptionType::word: return "word";
    case OptionType::words: return "words";
    }
    return "?";
}

const Descriptor& find_method(std::string_view word) {
    std::vector<std::string> known;
    for (const Descriptor* method : all_methods()) {
        if (method->word == word) return *method;
        known.emplace_back(method->word);
    }
    throw InputError("method '" + std::string(word) + "' is not known; expected one of " + join(known) +
                     suggestion(word, known));
}

const Option* find_option(const Descriptor& method, std::string_view name) noexcept {
    for (const Option& option : method.options)
        if (option.name == name) return &option;
    return nullptr;
}

std::string normalised(const Option& option, std::string_view given) {
    const std::string_view text = trimmed(given);
    switch (option.type) {
    case OptionType::boolean:
        if (text == "true" || text == "on" || text == "yes" || text == "1") return "true";
        if (text == "false" || text == "off" || text == "no" || text == "0") return "false";
        refuse(option, given, "true or false");
    case OptionType::integer: {
        const auto value = number<std::int64_t>(text);
        if (!value || outside(option, static_cast<double>(*value)))
            refuse(option, given, range(option, "a whole number"));
        return std::to_string(*value);
    }
    case OptionType::real: {
        const auto value = number<double>(text);
        if (!value || !std::isfinite(*value) || outside(option, *value)) refuse(option, given, range(option, "a number"));
        return plain(*value);
    }
    case OptionType::word: {
        const auto known = texts(option.choices);
        if (std::find(known.begin(), known.end(), text) == known.end())
            refuse(option, given, "one of " + join(known) + suggestion(text, known));
        return std::string(text);
    }
    case OptionType::words: {
        const auto known = texts(option.choices);
        const std::vector<std::string> words = split(text);
        if (words.empty()) refuse(option, given, "some of " + join(known) + ", separated by commas");
        for (const std::string& word : words)
            if (std::find(known.begin(), known.end(), word) == known.end())
                refuse(option, given, "some of " + join(known) + ", separated by commas" + suggestion(word, known));
        return join(words, ",");
    }
    }
    return {};
}

OptionValues with_defaults(const Descriptor& method, const OptionValues& given) {
    OptionValues values;
    std::vector<std::string> known;
    for (const Option& option : method.options) {
        values.emplace(option.name, option.default_value);
        known.emplace_back(option.name);
    }
    for (const auto& [name, text] : given) {
        const Option* option = find_option(method, name);
        if (option == nullptr)
            throw InputError("method '" + std::string(method.word) + "' has no option '" + name + "'; expected one of " +
                             join(known) + suggestion(name, known));
        values[name] = normalised(*option, text);
    }
    return values;
}

OptionValues resolve_options(const Descriptor& method, const OptionValues& given) {
    OptionValues values = with_defaults(method, given);
    if (method.finish != nullptr) method.finish(values);
    return values;
}

bool as_bool(const OptionValues& values, std::string_view name) { return value_of(values, name) == "true"; }

std::int64_t as_integer(const OptionValues& values, std::string_view name) {
    const std::string& text = value_of(values, name);
    const auto value = number<std::int64_t>(text);
    if (!value) throw InputError("option '" + std::string(name) + "' is '" + text + "'; expected a whole number");
    return *value;
}

double as_real(const OptionValues& values, std::string_view name) {
    const std::string& text = value_of(values, name);
    const auto value = number<double>(text);
    if (!value) throw InputError("option '" + std::string(name) + "' is '" + text + "'; expected a number");
    return *value;
}

std::vector<std::string> as_words(const OptionValues& values, std::string_view name) {
    return split(value_of(values, name));
}

} // namespace cdra::methods
