// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/toml_text.h"

#include "core/base/error.h"

#include <algorithm>

namespace cdra::job {
namespace {

// toml++ 3.3 has undefined behaviour where a letter outside ASCII meets its test for blanks, that is anywhere
// but in strings and comments, where TOML allows no such letter. So they are refused before it sees them.
// What is a string must then be beyond doubt: a quote opens one only where a key or a value begins, and every
// one is closed; else toml++ would read on in what looks like a string from here.
class BareLetters {
  public:
    BareLetters(std::string_view text, const std::string& source) : text_(text), source_(source) {}

    void refuse() {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
                continue;
            }
            if (c == '"' || c == '\'') {
                string(c);
                continue;
            }
            if (static_cast<unsigned char>(c) >= 0x80)
                fail("a letter outside ASCII stands outside quotes; put keys and values in quotes");
            const bool opens = begins_ && (c == '[' || c == '{');
            if (c == '=' && assigned_) fail("a second = in one value; put values that hold one in quotes");
            begins_ = opens || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '=' || c == ',' ||
                      (c == '.' && !assigned_);
            nest(c, opens);
            line_ += c == '\n';
            ++at_;
        }
    }

  private:
    // In an array stands no =, in an inline table one between commas, elsewhere one a line.
    void nest(char c, bool opens) {
        if (c == '=') assigned_ = true;
        if (opens && assigned_) {
            nested_ += c;
            assigned_ = c == '[';
        } else if ((c == ']' || c == '}') && !nested_.empty()) {
            nested_.pop_back();
            assigned_ = true;
        } else if ((c == ',' && nested_.ends_with('{')) || (c == '\n' && nested_.empty())) {
            assigned_ = false;
        }
    }

    void string(char quote) {
        if (!begins_) fail(std::string("a quote in the middle of a word, before ") + quote);
        const std::size_t length = text_.substr(at_, 3) == std::string(3, quote) ? 3 : 1;
        const std::string end(length, quote);
        for (at_ += length; text_.substr(at_, length) != end; ++at_) {
            if (at_ >= text_.size() || (length == 1 && text_[at_] == '\n')) fail("a string is not closed");
            line_ += text_[at_] == '\n';
            if (quote == '"' && text_[at_] == '\\') escape();
        }
        at_ += length;
        // Two quotes of its own may stand before the three that close a long one.
        while (length == 3 && at_ < text_.size() && text_[at_] == quote)
            ++at_;
        begins_ = false;
    }

    // On a backslash; stays on the last character that belongs to it. Blanks after one are looked through:
    // they may be those of a continued line.
    void escape() {
        const std::size_t next = std::min(text_.find_first_not_of(" \t\r\n", at_ + 1), text_.size());
        if (next < text_.size() && static_cast<unsigned char>(text_[next]) >= 0x80)
            fail("a letter outside ASCII follows a backslash; put it on the line before");
        if (next > at_ + 1 || at_ + 1 >= text_.size()) return; // blanks, read as such by the caller
        ++at_;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw InputError(source_ + ":" + std::to_string(line_) + ": not TOML: " + what);
    }

    std::string_view text_;
    const std::string& source_;
    std::size_t at_ = 0, line_ = 1;
    bool begins_ = true;    // a key or a value may begin here
    bool assigned_ = false; // no = may stand here any more
    std::string nested_;    // the open brackets and braces of a value
};

} // namespace

toml::table parse_toml(std::string_view text, const std::string& source) {
    BareLetters(text, source).refuse();
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        throw InputError(source + ":" + std::to_string(error.source().begin.line) +
                         ": not TOML: " + std::string(error.description()));
    }
}

} // namespace cdra::job
