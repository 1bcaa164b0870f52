// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Loaded before the C library (LD_PRELOAD) by fault_test: counts the file operations on paths that contain
// CDRA_FAULT_MATCH, notes them in CDRA_FAULT_LOG, and makes one of them fail.
//   CDRA_FAULT_AT=N          the operation, counted from 1; 0: none
//   CDRA_FAULT_ACTION        kill (the process dies before it), torn (a write writes half, then dies), term (SIGTERM,
//                            then it goes on), enospc or erofs (this and every later one that would write fails so)
//   CDRA_FAULT_CLOCK=1       the wall clock jumps back by a day, again and again
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

template <class Function>
Function real(const char* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

const char* setting(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::string path_of(int descriptor) {
    char link[64], path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t size = ::readlink(link, path, sizeof path - 1);
    return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

std::atomic<long> counted{0};

enum class Fate { go_on, half, fail };

// `writes`: whether a full disk or a read-only folder concerns it.
Fate fate(const char* operation, const std::string& path, bool writes) {
    const char* match = setting("CDRA_FAULT_MATCH");
    if (*match == '\0' || path.find(match) == std::string::npos) return Fate::go_on;
    const long number = ++counted;
    if (const char* log = setting("CDRA_FAULT_LOG"); *log != '\0') {
        const std::string line = std::to_string(number) + " " + operation + " " + path + "\n";
        const auto descriptor = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0644));
        if (descriptor >= 0) {
            if (::syscall(SYS_write, descriptor, line.data(), line.size()) < 0) ::abort();
            ::syscall(SYS_close, descriptor);
        }
    }
    const long at = std::atol(setting("CDRA_FAULT_AT"));
    const std::string action = setting("CDRA_FAULT_ACTION");
    if (at <= 0 || number < at) return Fate::go_on;
    if (action == "enospc" || action == "erofs") {
        errno = action == "enospc" ? ENOSPC : EROFS;
        return writes ? Fate::fail : Fate::go_on;
    }
    if (number != at) return Fate::go_on;
    if (action == "term") ::kill(::getpid(), SIGTERM);
    if (action == "kill") ::kill(::getpid(), SIGKILL);
    return action == "torn" ? Fate::half : Fate::go_on;
}

int open_any(const char* name, const char* path, int flags, mode_t mode) {
    const bool writes = (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
    if (writes && fate("open", path, (flags & O_CREAT) != 0) == Fate::fail) return -1;
    return real<int (*)(const char*, int, ...)>(name)(path, flags, mode);
}

ssize_t pwrite_any(const char* name, int descriptor, const void* bytes, size_t size, off_t offset) {
    const auto next = real<ssize_t (*)(int, const void*, size_t, off_t)>(name);
    switch (fate("write", path_of(descriptor), true)) {
    case Fate::fail:
        return -1;
    case Fate::half:
        if (next(descriptor, bytes, size / 2, offset) < 0) ::abort();
        ::kill(::getpid(), SIGKILL);
        return -1;
    case Fate::go_on:
        break;
    }
    return next(descriptor, bytes, size, offset);
}

} // namespace

extern "C" {

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = static_cast<mode_t>(va_arg(rest, int));
    va_end(rest);
    return open_any("open", path, flags, mode);
}
int open64(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = static_cast<mode_t>(va_arg(rest, int));
    va_end(rest);
    return open_any("open64", path, flags, mode);
}
ssize_t write(int descriptor, const void* bytes, size_t size) {
    const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
    switch (fate("write", path_of(descriptor), true)) {
    case Fate::fail:
        return -1;
    case Fate::half:
        if (next(descriptor, bytes, size / 2) < 0) ::abort();
        ::kill(::getpid(), SIGKILL);
        return -1;
    case Fate::go_on:
        break;
    }
    return next(descriptor, bytes, size);
}
ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) { // HDF5's
    return pwrite_any("pwrite", descriptor, bytes, size, offset);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off_t offset) {
    return pwrite_any("pwrite64", descriptor, bytes, size, offset);
}
ssize_t writev(int descriptor, const iovec* parts, int count) {
    switch (fate("write", path_of(descriptor), true)) {
    case Fate::fail:
        return -1;
    case Fate::half: {
        size_t total = 0;
        for (int i = 0; i < count; ++i) total += parts[i].iov_len;
        const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
        for (size_t left = total / 2, i = 0; left > 0; ++i) {
            const size_t size = std::min(left, parts[i].iov_len);
            if (next(descriptor, parts[i].iov_base, size) < 0) ::abort();
            left -= size;
        }
        ::kill(::getpid(), SIGKILL);
        return -1;
    }
    case Fate::go_on:
        break;
    }
    return real<ssize_t (*)(int, const iovec*, int)>("writev")(descriptor, parts, count);
}
int fsync(int descriptor) {
    if (fate("fsync", path_of(descriptor), true) == Fate::fail) return -1;
    return real<int (*)(int)>("fsync")(descriptor);
}
int mkdir(const char* path, mode_t mode) {
    if (fate("mkdir", path, true) == Fate::fail) return -1;
    return real<int (*)(const char*, mode_t)>("mkdir")(path, mode);
}
int rename(const char* from, const char* to) {
    if (fate("rename", to, true) == Fate::fail) return -1;
    return real<int (*)(const char*, const char*)>("rename")(from, to);
}
int unlink(const char* path) {
    if (fate("unlink", path, false) == Fate::fail) return -1;
    return real<int (*)(const char*)>("unlink")(path);
}
int remove(const char* path) {
    if (fate("remove", path, false) == Fate::fail) return -1;
    return real<int (*)(const char*)>("remove")(path);
}
int clock_gettime(clockid_t clock, timespec* time) {
    static std::atomic<long> calls{0};
    const int result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    if (result == 0 && clock == CLOCK_REALTIME && *setting("CDRA_FAULT_CLOCK") != '\0') time->tv_sec -= 86400 * (++calls % 7);
    return result;
}
}
