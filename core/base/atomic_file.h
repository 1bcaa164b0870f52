// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The one way an output file comes to be: written under a temporary name in the same folder, flushed to disk,
// renamed. A reader sees the old file or the new one, never a part; a failed or abandoned write leaves
// nothing.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace cdra {

class AtomicFile {
  public:
    // Throws IoError if the folder does not exist or can't be written.
    explicit AtomicFile(std::filesystem::path final_path);
    // Removes the temporary file unless commit() succeeded.
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    // Where to write; libraries that want a path (HDF5) open this one and close it before commit().
    const std::filesystem::path& temporary_path() const { return temporary_; }

    // fsync, rename over the final name, fsync of the folder. Throws IoError ("… no space left …").
    void commit();

  private:
    std::filesystem::path final_;
    std::filesystem::path temporary_;
    bool committed_ = false;
};

// Writes `bytes` as the whole of `path`. Throws IoError.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);
// The same for content that lies in parts: they are written one after the other, never joined in memory.
void write_parts_atomically(const std::filesystem::path& path, std::span<const std::string_view> parts);

// Reads a whole text file of at most `limit` bytes. Throws InputError if it is missing or larger.
std::string read_text_file(const std::filesystem::path& path, std::size_t limit = std::size_t{64} << 20);

} // namespace cdra
