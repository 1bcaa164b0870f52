// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A thin RAII layer over the HDF5 C library: files, groups, datasets, attributes, dimension scales. Errors of
// the library become CorruptFile (reading) or IoError (writing) and name file and object; nothing is printed.
// Sizes that a file states are checked against what the caller expects, or against the file's own size,
// before any memory is allocated. A file ends with a check sum of its own (behind what HDF5 looks at), verified before
// the library reads a byte: only files that this program wrote and nobody changed are read. Not thread-safe: libhdf5 is used by one thread of a process at a time.
//
// Writing goes to a temporary name:
//     AtomicFile target(path);
//     { auto file = hdf5::File::create(target.temporary_path()); …; file.close(); }
//     target.commit();
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::tensor_io::hdf5 {

using Shape = std::vector<std::uint64_t>;

struct FileState; // shared by a file and everything opened in it: path, size, mode

// An identifier of the library, released when the last copy goes.
class Handle {
  public:
    Handle() = default;
    std::int64_t id() const noexcept;
    explicit operator bool() const noexcept { return state_ != nullptr; }

  private:
    friend struct Access;
    struct State;
    std::shared_ptr<const State> state_;
};

// What groups and datasets have in common: a place and attributes.
class Object {
  public:
    std::string path() const; // "/entry/history"
    // Overwrites an attribute of the same name. Throw IoError.
    void set(const std::string& name, std::string_view text);
    void set(const std::string& name, const char* text) { set(name, std::string_view(text)); }
    void set(const std::string& name, std::int64_t value);
    void set(const std::string& name, std::uint64_t value);
    void set(const std::string& name, int value) { set(name, static_cast<std::int64_t>(value)); }
    void set(const std::string& name, std::uint32_t value) { set(name, static_cast<std::uint64_t>(value)); }
    void set(const std::string& name, double value);
    void set(const std::string& name, std::span<const double> values);
    void set(const std::string& name, std::span<const std::uint32_t> values);
    void set(const std::string& name, std::span<const std::string> texts); // e.g. NeXus "axes"

    bool has(const std::string& name) const;
    // Throw CorruptFile that names file, object and attribute if it is missing or of another kind.
    std::string text(const std::string& name) const;
    std::int64_t integer(const std::string& name) const;
    std::uint64_t count(const std::string& name) const; // an integer that is not negative
    double number(const std::string& name) const;
    std::vector<double> numbers(const std::string& name) const;
    std::vector<std::uint32_t> counts(const std::string& name) const;
    std::vector<std::string> texts(const std::string& name) const;

    // CorruptFile or InputError messages in one form: "FILE: OBJECT: what".
    [[noreturn]] void corrupt(const std::string& what) const;

  protected:
    friend struct Access;
    Handle handle_;
    std::shared_ptr<const FileState> file_;
    std::string path_;
};

enum class Type { f32, f64, i32, i64, u8, u32, u64, text, other };

class Dataset : public Object {
  public:
    Type type() const;
    Shape shape() const;            // empty: a scalar
    std::uint64_t elements() const; // product of the shape

    // The whole dataset into `out`, which must have exactly as many values; converted from the stored number
    // type. Throw CorruptFile.
    void read(std::span<float> out) const;
    void read(std::span<double> out) const;
    void read(std::span<std::int32_t> out) const;
    void read(std::span<std::uint32_t> out) const;
    // A hyperslab: `count` from `offset` in every dimension.
    void read_slab(const Shape& offset, const Shape& count, std::span<float> out) const;
    void read_slab(const Shape& offset, const Shape& count, std::span<std::uint32_t> out) const;

    // Its values where they lie in the map of the file, if they are there in one piece as aligned 32-bit floats of this
    // machine; else empty. They live as long as anything that is open in the file, or what mapping() returns. Several threads
    // may read them, which is faster than the library where they are many. Reading only.
    std::span<const float> mapped_floats() const;
    std::shared_ptr<const void> mapping() const;

    // The whole dataset; the allocation is bounded by `limit` values and by what the file can hold.
    std::vector<float> floats(std::uint64_t limit) const;
    std::vector<double> doubles(std::uint64_t limit) const;
    std::vector<std::int32_t> ints(std::uint64_t limit) const;
    std::vector<std::uint32_t> uints(std::uint64_t limit) const;
    std::vector<std::string> strings(std::uint64_t limit) const;
    std::string string() const; // a scalar text

    // NeXus and netCDF niceties.
    void set_long_name(std::string_view text) { set("long_name", text); }
    void set_units(std::string_view text) { set("units", text); }
    void make_scale(const std::string& name);                          // this 1-D dataset names a dimension
    void attach_scale(const Dataset& scale, unsigned dimension);       // `scale` belongs to our dimension
    void label_dimension(unsigned dimension, const std::string& text); // a name without coordinates
};

struct WriteOptions {
    Shape chunk{};   // empty: stored in one piece; each at most the dimension's size
    int deflate = 0; // 0 … 9, needs a chunk (one is chosen if it is empty)
};

class Group : public Object {
  public:
    bool contains(const std::string& name) const; // a link of that name; "a/b" is followed step by step
    std::vector<std::string> names() const;       // of the links, sorted
    // Throw CorruptFile if missing or of another kind.
    Group group(const std::string& name) const;
    Dataset dataset(const std::string& name) const;
    std::optional<Dataset> find_dataset(const std::string& name) const; // nullopt if there is none
    // Opens and checks the shape at once. Throws CorruptFile "… has shape 3×4, expected 4×4".
    Dataset dataset(const std::string& name, const Shape& expected) const;

    // Throw IoError. "a/b/c" makes the groups between; `nexus_class` becomes NX_class.
    Group make_group(const std::string& name, std::string_view nexus_class = {});
    Dataset write(const std::string& name, const Shape& shape, std::span<const float> values,
                  const WriteOptions& how = {});
    Dataset write(const std::string& name, const Shape& shape, std::span<const double> values,
                  const WriteOptions& how = {});
    Dataset write(const std::string& name, const Shape& shape, std::span<const std::int32_t> values,
                  const WriteOptions& how = {});
    Dataset write(const std::string& name, const Shape& shape, std::span<const std::uint32_t> values,
                  const WriteOptions& how = {});
    Dataset write_text(const std::string& name, std::string_view text);               // a scalar
    Dataset write_texts(const std::string& name, std::span<const std::string> texts); // [n]
};

// The file is its root group. Everything opened in it keeps it open; close() is for writers that must know.
class File : public Group {
  public:
    // Read-only. Throws InputError (missing), UnrecognisedFormat (not HDF5), CorruptFile (cut short).
    static File open(const std::filesystem::path& path);
    // Replaces what is there. Throws IoError.
    static File create(const std::filesystem::path& path);
    // Flushes and closes; throws IoError (a full disk shows here). Every other object of the file must be
    // gone.
    void close();
};

std::string to_text(const Shape& shape); // "3×4", "scalar"

} // namespace cdra::tensor_io::hdf5
