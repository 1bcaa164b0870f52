// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/build_folder.h"

#include "core/base/error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace cdra::datasets {

namespace {

void refuse_existing(const std::filesystem::path& path) {
    std::error_code code;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, code)))
        throw InputError(path.string() + " exists already and is not overwritten; remove it or choose another --out");
}

} // namespace

AtomicFolder::AtomicFolder(std::filesystem::path final_path) : final_(std::move(final_path)) {
    refuse_existing(final_);
    const auto parent = final_.has_parent_path() ? final_.parent_path() : std::filesystem::path(".");
    temporary_ = parent / ("." + final_.filename().string() + "." + std::to_string(::getpid()) + ".tmp");
    std::error_code code;
    std::filesystem::create_directories(parent, code);
    if (!code) std::filesystem::remove_all(temporary_, code); // of a process of that number that was killed
    if (!code) std::filesystem::create_directory(temporary_, code);
    if (code) throw IoError(final_.string() + ": can't be made: " + code.message());
}

AtomicFolder::~AtomicFolder() {
    std::error_code ignored;
    if (!committed_) std::filesystem::remove_all(temporary_, ignored);
}

void AtomicFolder::write(const std::filesystem::path& relative, std::span<const std::uint8_t> bytes) const {
    const auto path = temporary_ / relative;
    std::error_code code;
    std::filesystem::create_directories(path.parent_path(), code);
    errno = 0;
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file)
        throw IoError((final_ / relative).string() + ": can't be written: " +
                      (code ? code.message() : std::strerror(errno)));
}

void AtomicFolder::write(const std::filesystem::path& relative, std::string_view text) const {
    write(relative, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void AtomicFolder::commit() {
    // One call for tens of thousands of small files, whose own fsync would take minutes.
    const int folder = ::open(temporary_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = folder >= 0 && ::syncfs(folder) == 0;
    const int error = errno;
    if (folder >= 0) ::close(folder);
    if (!synced) throw IoError(final_.string() + ": can't be written: " + std::strerror(error));
    refuse_existing(final_);
    std::error_code code;
    std::filesystem::rename(temporary_, final_, code);
    if (code) throw IoError(final_.string() + ": can't be renamed into place: " + code.message());
    committed_ = true;
}

} // namespace cdra::datasets
