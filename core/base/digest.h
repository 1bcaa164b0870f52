// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace cdra {

// SHA-256 of something that comes in parts.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::span<const std::byte> bytes);
    void add(std::string_view text);
    std::string hex(); // 64 lower-case characters; ends the digest

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string to_hex(std::span<const unsigned char> bytes); // lower case, two characters a byte
// Lower-case hexadecimal SHA-256 (64 characters).
std::string sha256_hex(std::span<const std::byte> bytes);
// Throws InputError if the file can't be read, Cancelled on a stop.
std::string sha256_file(const std::filesystem::path& path, const std::stop_token& stop = {});

} // namespace cdra
