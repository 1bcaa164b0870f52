// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace cdra::tensor_io {

// A read-only memory map of a whole file. Movable; the bytes live as long as the object.
class MappedFile {
  public:
    // An empty file maps to no bytes. Throws InputError if it is missing, a folder or can't be mapped.
    explicit MappedFile(const std::filesystem::path& path);
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    ~MappedFile();

    const std::filesystem::path& path() const noexcept { return path_; }
    std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

  private:
    std::filesystem::path path_;
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace cdra::tensor_io
