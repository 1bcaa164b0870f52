// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to hdf5*.cpp: how the RAII layer reaches the library's identifiers.
#pragma once

#include "core/tensor_io/hdf5.h"
#include "core/tensor_io/mapped_file.h"

#include <hdf5.h>

namespace cdra::tensor_io::hdf5 {

struct FileState {
    std::string path;
    std::uint64_t size = 0; // of the file when it was opened; 0 while writing
    bool writing = false;
    std::optional<MappedFile> map; // while reading: what the check sum was verified of
};

using Closer = herr_t (*)(hid_t);

struct Handle::State {
    hid_t id = H5I_INVALID_HID;
    Closer closer = nullptr;
    State(hid_t i, Closer c) : id(i), closer(c) {}
    ~State() {
        if (id >= 0) closer(id);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

struct Access {
    static Handle handle(hid_t id, Closer closer) {
        Handle handle;
        handle.state_ = std::make_shared<const Handle::State>(id, closer);
        return handle;
    }
    static void fill(Object& object, hid_t id, Closer closer, std::shared_ptr<const FileState> file,
                     std::string path) {
        object.handle_ = handle(id, closer);
        object.file_ = std::move(file);
        object.path_ = std::move(path);
    }
    static void release(Object& object) { object.handle_ = Handle{}; }
    static hid_t id(const Object& object) { return static_cast<hid_t>(object.handle_.id()); }
    static const FileState& file(const Object& object) { return *object.file_; }
};

// The library prints its error stack unless told otherwise, once a thread.
void silence();
// The innermost reason the library gave for the last failure ("no space left on device"), for messages.
std::string last_reason();
// IoError while writing, CorruptFile while reading.
[[noreturn]] void fail(const Object& object, const std::string& what);

inline hid_t check(hid_t id, const Object& object, const char* what) {
    if (id < 0) fail(object, what);
    return id;
}

// Texts as UTF-8 of one fixed length, padded with zeros: what attributes and datasets of texts are stored as.
struct FixedTexts {
    FixedTexts(const Object& object, std::span<const std::string> texts);
    Handle type;
    std::vector<char> bytes; // never empty: the library refuses to be given nothing
};

} // namespace cdra::tensor_io::hdf5
