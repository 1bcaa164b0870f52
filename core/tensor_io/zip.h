// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Reading ZIP archives (stored and deflated members, ZIP64): what .npz and PyTorch's .pth are made of.
#pragma once

#include "core/tensor_io/mapped_file.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cdra::tensor_io {

struct ZipEntry {
    std::string name;
    std::uint16_t method = 0; // 0 stored, 8 deflated
    std::uint32_t crc = 0;
    std::uint64_t stored_size = 0; // bytes in the file
    std::uint64_t size = 0;        // bytes when unpacked
    std::uint64_t header = 0;      // offset of the member's local header
};

class ZipFile {
  public:
    // Throws InputError (missing), UnrecognisedFormat (not ZIP: no signature at the start), CorruptFile
    // (names the member). Every offset and size of the directory is checked against the file.
    static ZipFile open(const std::filesystem::path& path);

    const std::filesystem::path& path() const noexcept { return file_.path(); }
    const std::map<std::string, ZipEntry, std::less<>>& entries() const noexcept { return entries_; }
    const ZipEntry* find(std::string_view name) const;

    // A member's bytes, unpacked; its check sum is verified. What deflate can't produce from the stored bytes
    // is refused before memory is taken. Throws CorruptFile.
    std::vector<std::byte> read(const ZipEntry& entry) const;
    // The first bytes of a member, at most `count`; no check sum.
    std::vector<std::byte> read_front(const ZipEntry& entry, std::size_t count) const;
    // A stored member's bytes where they lie; empty for a deflated one.
    std::span<const std::byte> stored(const ZipEntry& entry) const;

  private:
    explicit ZipFile(MappedFile file) : file_(std::move(file)) {}
    void read_directory();
    std::span<const std::byte> raw(const ZipEntry& entry) const;
    std::vector<std::byte> inflate(const ZipEntry& entry, std::size_t count) const;
    [[noreturn]] void corrupt(const std::string& what) const;

    MappedFile file_;
    std::map<std::string, ZipEntry, std::less<>> entries_;
};

} // namespace cdra::tensor_io
