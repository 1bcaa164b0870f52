// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A strict reader of one TOML table: it knows every key it was asked for, so that a key nobody asked for is a
// mistake worth telling, with the line it stands in.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::job {

class TomlReader {
  public:
    // `prefix`: the table's own path ("recipe"), empty for the root. `table` may be nullptr: every key is absent.
    TomlReader(const toml::table* table, std::string prefix, std::string source);

    // Leave the value alone if the key is absent. Throw InputError for another type.
    void read(std::string_view key, std::string& value);
    void read(std::string_view key, bool& value);
    void read(std::string_view key, int& value);
    void read(std::string_view key, std::uint64_t& value);
    void read(std::string_view key, double& value);
    void read(std::string_view key, std::vector<double>& value);

    const toml::node* find(std::string_view key); // nullptr if absent; marks the key as known
    TomlReader table(std::string_view key);
    const toml::table* raw() const { return table_; }
    // Throws InputError for the first key that was never asked for.
    void finish() const;
    // Throws InputError "FILE:LINE: [prefix.]key …".
    [[noreturn]] void fail(std::string_view key, const toml::node& node, const std::string& what) const;

  private:
    [[noreturn]] void wrong_type(std::string_view key, const toml::node& node, const char* expected) const;
    std::string path(std::string_view key) const;

    const toml::table* table_;
    std::string prefix_;
    std::string source_;
    std::vector<std::string> known_;
};

} // namespace cdra::job
