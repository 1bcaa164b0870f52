// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to datasets: a folder that appears whole under its final name or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace cdra::datasets {

class AtomicFolder {
  public:
    // Makes the parent folders. Throws InputError if `final_path` exists, IoError if it can't be made.
    explicit AtomicFolder(std::filesystem::path final_path);
    ~AtomicFolder(); // removes everything unless commit() succeeded
    AtomicFolder(const AtomicFolder&) = delete;
    AtomicFolder& operator=(const AtomicFolder&) = delete;

    // Thread-safe for different names; makes the folders on the way. Throws IoError.
    void write(const std::filesystem::path& relative, std::span<const std::uint8_t> bytes) const;
    void write(const std::filesystem::path& relative, std::string_view text) const;
    // To the disk, then renamed. Throws IoError, InputError if the final name appeared meanwhile.
    void commit();

  private:
    std::filesystem::path final_, temporary_;
    bool committed_ = false;
};

} // namespace cdra::datasets
