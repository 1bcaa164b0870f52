// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What the fuzz targets share: bytes as a file in memory, and the one rule they check. A reader may refuse what it is
// given by an exception of the house; anything else (another exception, a crash, a report of the
// sanitizers, memory beyond the limit) is a fault.
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <cstdlib>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace cdra::fuzz {

// A file that is no file: readers want paths.
class MemoryFile {
  public:
    MemoryFile(const std::uint8_t* bytes, std::size_t size) : descriptor_(::memfd_create("fuzz", 0)) {
        while (size > 0) {
            const ssize_t written = ::write(descriptor_, bytes, size);
            if (written <= 0) std::abort();
            bytes += written;
            size -= static_cast<std::size_t>(written);
        }
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

  private:
    int descriptor_;
};

// A folder in memory for readers of layouts; emptied at every use.
inline std::filesystem::path scratch_folder() {
    static const std::filesystem::path folder = "/dev/shm/cdra-fuzz-" + std::to_string(::getpid());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder;
}
inline void put(const std::filesystem::path& file, std::string_view bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

template <class Read>
void expect_refusal_or_success(Read read) {
    try {
        read();
    } catch (const cdra::Error& error) {
        if (std::string_view(error.what()).empty()) std::abort();
    }
}

} // namespace cdra::fuzz
