// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"

#include "core/base/error.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace cdra {

namespace {

// A file descriptor that closes itself; close() tells whether the last writes reached the file.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    bool close() {
        const int number = std::exchange(number_, -1);
        return ::close(number) == 0;
    }

  private:
    int number_;
};

std::string reason(int error) {
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return "no space left on the disk; free some and try again";
    case EFBIG:
        return "it would exceed the limit on the size of files (ulimit -f) or the file system's own; raise it or choose another folder";
    case EROFS:
        return "the file system is read-only; choose another folder";
    case EACCES:
    case EPERM:
        return "permission denied; choose another folder or change its permissions";
    case ENOENT:
        return "the folder does not exist; make it first";
    case ENOTDIR:
        return "a part of the path is not a folder";
    default:
        return std::strerror(error);
    }
}

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
    throw IoError(path.string() + ": can't be written: " + reason(error));
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
    const auto folder = file.parent_path();
    return folder.empty() ? std::filesystem::path(".") : folder;
}

// Many parts a call: a checkpoint is hundreds of tensors.
void write_all(int descriptor, std::span<const std::string_view> parts, const std::filesystem::path& path) {
    std::vector<iovec> waiting;
    for (const std::string_view bytes : parts)
        if (!bytes.empty()) waiting.push_back({const_cast<char*>(bytes.data()), bytes.size()});
    std::size_t next = 0;
    while (next < waiting.size()) {
        const auto count = static_cast<int>(std::min<std::size_t>(waiting.size() - next, IOV_MAX));
        const ssize_t written = ::writev(descriptor, waiting.data() + next, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(path, errno);
        auto rest = static_cast<std::size_t>(written);
        while (next < waiting.size() && rest >= waiting[next].iov_len) rest -= waiting[next++].iov_len;
        if (rest > 0) { // the call ended within a part
            waiting[next].iov_base = static_cast<char*>(waiting[next].iov_base) + rest;
            waiting[next].iov_len -= rest;
        }
    }
}

} // namespace

AtomicFile::AtomicFile(std::filesystem::path final_path) : final_(std::move(final_path)) {
    static std::atomic<unsigned> counter{0};
    // In the same folder, because a rename is only atomic within one file system.
    temporary_ = folder_of(final_) / ("." + final_.filename().string() + "." + std::to_string(::getpid()) +
                                      "." + std::to_string(counter.fetch_add(1)) + ".tmp");
    std::error_code code;
    if (final_.filename().empty() || std::filesystem::is_directory(final_, code))
        throw IoError(final_.string() + ": can't be written: it is a folder; give a file name");
    Descriptor file(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.get() < 0) fail(final_, errno);
}

AtomicFile::~AtomicFile() {
    std::error_code ignored;
    if (!committed_) std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::commit() {
    Descriptor file(::open(temporary_.c_str(), O_RDWR | O_CLOEXEC));
    if (file.get() < 0) fail(final_, errno);
    if (::fsync(file.get()) != 0) fail(final_, errno);
    if (!file.close()) fail(final_, errno);
    if (::rename(temporary_.c_str(), final_.c_str()) != 0) fail(final_, errno);
    committed_ = true;
    // The rename itself must survive a power cut too. Some file systems can't fsync a folder: then so be it.
    Descriptor folder(::open(folder_of(final_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() >= 0) ::fsync(folder.get());
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
    write_parts_atomically(path, std::span(&bytes, 1));
}

void write_parts_atomically(const std::filesystem::path& path, std::span<const std::string_view> parts) {
    AtomicFile target(path);
    {
        Descriptor file(::open(target.temporary_path().c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
        if (file.get() < 0) fail(path, errno);
        write_all(file.get(), parts, path);
        if (!file.close()) fail(path, errno);
    }
    target.commit();
}

std::string read_text_file(const std::filesystem::path& path, std::size_t limit) {
    std::error_code code;
    if (std::filesystem::is_directory(path, code))
        throw InputError(path.string() + ": is a folder, expected a file");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw InputError(path.string() + ": can't be read; check the path and its permissions");
    // Read rather than trust the size: the file may grow meanwhile, and pipes have none.
    std::string text;
    std::string buffer(std::size_t{1} << 16, '\0');
    while (file) {
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        text.append(buffer, 0, static_cast<std::size_t>(file.gcount()));
        if (text.size() > limit)
            throw InputError(path.string() + ": larger than " + std::to_string(limit) +
                             " bytes, which no file of this kind is; is it the right file?");
    }
    return text;
}

} // namespace cdra
