// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/tensor_io/hdf5_detail.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

namespace cdra::tensor_io::hdf5 {

namespace {

// No attribute of ours is longer; a longer one is a damaged or hostile file.
constexpr std::uint64_t longest_attribute = std::uint64_t{1} << 24;

// Texts are UTF-8 of a fixed length, padded with zeros: those of a variable length lie in a heap whose damage libhdf5
// 1.10 does not survive. An attribute of more than 64 KiB does not fit an object header; no text of ours comes near.
constexpr std::size_t longest_header_text = 60000;

void write_attribute(Object& object, const std::string& name, hid_t stored, hid_t memory, const Handle& space,
                     const void* data) {
    const hid_t owner = Access::id(object);
    if (H5Aexists(owner, name.c_str()) > 0) H5Adelete(owner, name.c_str());
    const hid_t id =
        H5Acreate2(owner, name.c_str(), stored, static_cast<hid_t>(space.id()), H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0) fail(object, "attribute \"" + name + "\" can't be made");
    const Handle attribute = Access::handle(id, H5Aclose);
    // An attribute may have no value at all; the library refuses to be given nothing, so it is not asked.
    if (H5Sget_simple_extent_npoints(static_cast<hid_t>(space.id())) == 0) return;
    if (H5Awrite(id, memory, data) < 0) fail(object, "attribute \"" + name + "\" can't be written");
}

Handle scalar_space(const Object& object) {
    return Access::handle(check(H5Screate(H5S_SCALAR), object, "out of identifiers"), H5Sclose);
}
Handle vector_space(const Object& object, std::size_t size) {
    const std::array<hsize_t, 1> sizes{size};
    return Access::handle(check(H5Screate_simple(1, sizes.data(), nullptr), object, "out of identifiers"),
                          H5Sclose);
}

void write_texts(Object& object, const std::string& name, std::span<const std::string> texts, const Handle& space) {
    const FixedTexts fixed(object, texts);
    if (fixed.bytes.size() > longest_header_text)
        throw Error("hdf5: attribute \"" + name + "\" of " + object.path() + " has " + std::to_string(fixed.bytes.size()) +
                    " bytes, which no attribute can hold; write a dataset");
    const auto type = static_cast<hid_t>(fixed.type.id());
    write_attribute(object, name, type, type, space, fixed.bytes.data());
}

struct OpenAttribute {
    Handle handle, type, space;
    std::uint64_t size = 0;
    H5T_class_t kind = H5T_NO_CLASS;
    hid_t id() const { return static_cast<hid_t>(handle.id()); }
};

OpenAttribute open_attribute(const Object& object, const std::string& name) {
    if (!object.has(name)) object.corrupt("attribute \"" + name + "\" is missing");
    OpenAttribute found;
    found.handle = Access::handle(check(H5Aopen(Access::id(object), name.c_str(), H5P_DEFAULT), object,
                                        ("attribute \"" + name + "\" can't be opened").c_str()),
                                  H5Aclose);
    found.type = Access::handle(check(H5Aget_type(found.id()), object, "attribute without a type"), H5Tclose);
    found.space =
        Access::handle(check(H5Aget_space(found.id()), object, "attribute without a shape"), H5Sclose);
    const hssize_t points = H5Sget_simple_extent_npoints(static_cast<hid_t>(found.space.id()));
    if (points < 0 || static_cast<std::uint64_t>(points) > longest_attribute)
        object.corrupt("attribute \"" + name + "\" claims " + std::to_string(points) + " values");
    found.size = static_cast<std::uint64_t>(points);
    found.kind = H5Tget_class(static_cast<hid_t>(found.type.id()));
    return found;
}

template <class T>
std::vector<T> read_numbers(const Object& object, const std::string& name, hid_t memory, bool integers_only) {
    const OpenAttribute found = open_attribute(object, name);
    if (found.kind != H5T_INTEGER && (integers_only || found.kind != H5T_FLOAT))
        object.corrupt("attribute \"" + name + "\" is not " + (integers_only ? "an integer" : "a number"));
    std::vector<T> values(found.size);
    if (found.size > 0 && H5Aread(found.id(), memory, values.data()) < 0)
        fail(object, "attribute \"" + name + "\" can't be read");
    return values;
}

template <class T>
T single(const Object& object, const std::string& name, const std::vector<T>& values) {
    if (values.size() != 1)
        object.corrupt("attribute \"" + name + "\" has " + std::to_string(values.size()) +
                       " values, expected one");
    return values.front();
}

} // namespace

void Object::set(const std::string& name, std::string_view text) {
    const std::string one(text);
    write_texts(*this, name, std::span(&one, 1), scalar_space(*this));
}
void Object::set(const std::string& name, std::int64_t value) {
    write_attribute(*this, name, H5T_STD_I64LE, H5T_NATIVE_INT64, scalar_space(*this), &value);
}
void Object::set(const std::string& name, std::uint64_t value) {
    write_attribute(*this, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, scalar_space(*this), &value);
}
void Object::set(const std::string& name, double value) {
    write_attribute(*this, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, scalar_space(*this), &value);
}
void Object::set(const std::string& name, std::span<const double> values) {
    write_attribute(*this, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, vector_space(*this, values.size()),
                    values.data());
}
void Object::set(const std::string& name, std::span<const std::uint32_t> values) {
    write_attribute(*this, name, H5T_STD_U32LE, H5T_NATIVE_UINT32, vector_space(*this, values.size()),
                    values.data());
}
void Object::set(const std::string& name, std::span<const std::string> texts) {
    write_texts(*this, name, texts, vector_space(*this, texts.size()));
}

bool Object::has(const std::string& name) const {
    return H5Aexists(Access::id(*this), name.c_str()) > 0;
}

std::vector<std::string> Object::texts(const std::string& name) const {
    const OpenAttribute found = open_attribute(*this, name);
    if (found.kind != H5T_STRING) corrupt("attribute \"" + name + "\" is not a text");
    const auto type = static_cast<hid_t>(found.type.id());
    std::vector<std::string> result(found.size);
    if (result.empty()) return result;
    if (H5Tis_variable_str(type) != 0)
        corrupt("attribute \"" + name + "\" is a text of variable length, expected a fixed one");
    {
        const std::size_t size = H5Tget_size(type);
        if (size == 0 || size > longest_attribute / std::max<std::uint64_t>(found.size, 1))
            corrupt("attribute \"" + name + "\" claims texts of " + std::to_string(size) + " bytes");
        std::vector<char> bytes(size * found.size, '\0');
        if (H5Aread(found.id(), type, bytes.data()) < 0)
            fail(*this, "attribute \"" + name + "\" can't be read");
        for (std::size_t i = 0; i < result.size(); ++i) {
            const char* begin = bytes.data() + i * size;
            result[i].assign(begin, std::find(begin, begin + size, '\0'));
        }
    }
    return result;
}

std::string Object::text(const std::string& name) const {
    return single(*this, name, texts(name));
}
std::int64_t Object::integer(const std::string& name) const {
    return single(*this, name, read_numbers<std::int64_t>(*this, name, H5T_NATIVE_INT64, true));
}
std::uint64_t Object::count(const std::string& name) const {
    const std::int64_t value = integer(name);
    if (value < 0) corrupt("attribute \"" + name + "\" is " + std::to_string(value) + ", expected 0 or more");
    // Read anew: as a signed number, what lies above 2^63 was cut.
    return single(*this, name, read_numbers<std::uint64_t>(*this, name, H5T_NATIVE_UINT64, true));
}
double Object::number(const std::string& name) const {
    return single(*this, name, read_numbers<double>(*this, name, H5T_NATIVE_DOUBLE, false));
}
std::vector<double> Object::numbers(const std::string& name) const {
    return read_numbers<double>(*this, name, H5T_NATIVE_DOUBLE, false);
}
std::vector<std::uint32_t> Object::counts(const std::string& name) const {
    return read_numbers<std::uint32_t>(*this, name, H5T_NATIVE_UINT32, true);
}

} // namespace cdra::tensor_io::hdf5
