// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>

namespace cdra {

// Lower-case hexadecimal SHA-256 (64 characters).
std::string sha256_hex(std::span<const std::byte> bytes);
// Throws InputError if the file can't be read, Cancelled on a stop.
std::string sha256_file(const std::filesystem::path& path, const std::stop_token& stop = {});

} // namespace cdra
