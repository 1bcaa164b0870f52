// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/toml_text.h"

#include "core/base/error.h"

#include <algorithm>

namespace cdra::job {
namespace {

// toml++ 3.3 runs into undefined behaviour on some letters outside ASCII where only a key, a value or a blank
// may stand. TOML allows such letters in strings and comments alone, so they are refused before it sees them.
void refuse_bare_letters(std::string_view text, const std::string& source) {
    std::size_t line = 1;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '#') {
            i = std::min(text.find('\n', i), text.size());
        } else if (c == '"' || c == '\'') {
            const std::string three(3, c);
            const bool multi = text.substr(i, 3) == three;
            const std::string_view quote = multi ? std::string_view(three) : text.substr(i, 1);
            for (i += quote.size(); i < text.size() && text.substr(i, quote.size()) != quote; ++i) {
                if (text[i] == '\n' && !multi) break; // not closed: toml++ says so
                if (c == '"' && text[i] == '\\' && i + 1 < text.size()) ++i;
                line += text[i] == '\n';
            }
            if (text.substr(i, quote.size()) == quote) i += quote.size();
        } else {
            if (static_cast<unsigned char>(c) >= 0x80 && !(i == 0 && text.starts_with("\xEF\xBB\xBF")))
                throw InputError(source + ":" + std::to_string(line) +
                                 ": not TOML: a letter outside ASCII stands outside quotes; put keys and values in "
                                 "quotes");
            line += c == '\n';
            i += static_cast<unsigned char>(c) >= 0x80 ? 3 : 1; // only the byte order mark gets here
        }
    }
}

} // namespace

toml::table parse_toml(std::string_view text, const std::string& source) {
    refuse_bare_letters(text, source);
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        throw InputError(source + ":" + std::to_string(error.source().begin.line) + ": not TOML: " +
                         std::string(error.description()));
    }
}

} // namespace cdra::job
