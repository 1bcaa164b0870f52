// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/tensor_io/hdf5_detail.h"

#include <algorithm>
#include <bit>
#include <hdf5_hl.h>
#include <limits>
#include <type_traits>

namespace cdra::tensor_io::hdf5 {

namespace {

// Deflate shrinks zeros about a thousandfold; a dataset that claims more than that over its file is a lie.
constexpr std::uint64_t best_compression = 1100;

template <class T>
hid_t memory_type() {
    if constexpr (std::is_same_v<T, float>)
        return H5T_NATIVE_FLOAT;
    else if constexpr (std::is_same_v<T, double>)
        return H5T_NATIVE_DOUBLE;
    else if constexpr (std::is_same_v<T, std::int32_t>)
        return H5T_NATIVE_INT32;
    else
        return H5T_NATIVE_UINT32;
}
template <class T>
hid_t stored_type() {
    if constexpr (std::is_same_v<T, float>)
        return H5T_IEEE_F32LE;
    else if constexpr (std::is_same_v<T, double>)
        return H5T_IEEE_F64LE;
    else if constexpr (std::is_same_v<T, std::int32_t>)
        return H5T_STD_I32LE;
    else
        return H5T_STD_U32LE;
}

template <class T>
void require_kind(const Dataset& dataset) {
    const Type type = dataset.type();
    const bool real = type == Type::f32 || type == Type::f64;
    const bool whole =
        type == Type::i32 || type == Type::i64 || type == Type::u8 || type == Type::u32 || type == Type::u64;
    if (std::is_integral_v<T> ? !whole : !(real || whole))
        dataset.corrupt(std::is_integral_v<T> ? "does not hold integers" : "does not hold numbers");
}

template <class T>
void read_all(const Dataset& dataset, std::span<T> out) {
    require_kind<T>(dataset);
    if (const std::uint64_t size = dataset.elements(); size != out.size())
        dataset.corrupt("has " + std::to_string(size) + " values, expected " + std::to_string(out.size()));
    if (!out.empty() &&
        H5Dread(Access::id(dataset), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) < 0)
        fail(dataset, "can't be read");
}

// Refuses to allocate what the file can't hold.
void bound(const Dataset& dataset, std::uint64_t limit) {
    const std::uint64_t size = dataset.elements();
    const std::uint64_t possible =
        Access::file(dataset).writing ? limit : (Access::file(dataset).size + 1) * best_compression;
    if (size > limit || size > possible)
        dataset.corrupt("claims " + std::to_string(size) + " values, at most " +
                        std::to_string(std::min(limit, possible)) + " are possible");
}

template <class T>
std::vector<T> read_bounded(const Dataset& dataset, std::uint64_t limit) {
    bound(dataset, limit);
    std::vector<T> values(dataset.elements());
    read_all<T>(dataset, values);
    return values;
}

template <class T>
void read_part(const Dataset& dataset, const Shape& offset, const Shape& count, std::span<T> out) {
    require_kind<T>(dataset);
    const Shape shape = dataset.shape();
    if (offset.size() != shape.size() || count.size() != shape.size())
        dataset.corrupt("has " + std::to_string(shape.size()) + " dimensions, expected " +
                        std::to_string(count.size()));
    std::uint64_t values = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (offset[i] > shape[i] || count[i] > shape[i] - offset[i])
            dataset.corrupt("has shape " + to_text(shape) + ", too small for " + to_text(count) + " from " +
                            to_text(offset));
        values *= count[i]; // at most elements(), which is bounded
    }
    if (values != out.size())
        throw Error("hdf5: a part of " + to_text(count) + " does not fit the memory given for it");
    if (values == 0) return;
    const std::vector<hsize_t> start(offset.begin(), offset.end()), sizes(count.begin(), count.end());
    const Handle space =
        Access::handle(check(H5Dget_space(Access::id(dataset)), dataset, "has no shape"), H5Sclose);
    const Handle memory =
        Access::handle(check(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), dataset,
                             "out of identifiers"),
                       H5Sclose);
    if (H5Sselect_hyperslab(static_cast<hid_t>(space.id()), H5S_SELECT_SET, start.data(), nullptr,
                            sizes.data(), nullptr) < 0 ||
        H5Dread(Access::id(dataset), memory_type<T>(), static_cast<hid_t>(memory.id()),
                static_cast<hid_t>(space.id()), H5P_DEFAULT, out.data()) < 0)
        fail(dataset, "can't be read");
}

// Whole rows up to about a megabyte: large enough to read fast, small enough to look at a part.
Shape default_chunk(const Shape& shape, std::size_t value_size) {
    Shape chunk = shape;
    std::uint64_t bytes = value_size;
    for (const std::uint64_t size : shape)
        bytes *= std::max<std::uint64_t>(size, 1);
    for (std::uint64_t& size : chunk) {
        constexpr std::uint64_t target = std::uint64_t{1} << 20;
        if (bytes <= target) break;
        const std::uint64_t rest = bytes / size;
        size = std::max<std::uint64_t>(1, target / rest);
        bytes = size * rest;
    }
    return chunk;
}

Dataset create(Group& group, const std::string& name, const Shape& shape, hid_t stored, hid_t memory,
               std::size_t value_size, const void* data, const WriteOptions& how,
               const std::shared_ptr<const FileState>& file) {
    const std::vector<hsize_t> sizes(shape.begin(), shape.end());
    const bool empty = std::ranges::find(shape, 0U) != shape.end();
    const Handle space = Access::handle(
        check(shape.empty() ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
              group, "out of identifiers"),
        H5Sclose);
    const Handle links =
        Access::handle(check(H5Pcreate(H5P_LINK_CREATE), group, "out of identifiers"), H5Pclose);
    H5Pset_create_intermediate_group(static_cast<hid_t>(links.id()), 1);
    const Handle creation =
        Access::handle(check(H5Pcreate(H5P_DATASET_CREATE), group, "out of identifiers"), H5Pclose);
    const auto properties = static_cast<hid_t>(creation.id());
    // Same values, same bytes: no modification times in the file.
    H5Pset_obj_track_times(properties, 0);
    // Every value is written at once below.
    H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
    if ((how.deflate > 0 || !how.chunk.empty()) && !shape.empty() && !empty) {
        const Shape chunk = how.chunk.empty() ? default_chunk(shape, value_size) : how.chunk;
        const std::vector<hsize_t> chunk_sizes(chunk.begin(), chunk.end());
        if (H5Pset_chunk(properties, static_cast<int>(chunk_sizes.size()), chunk_sizes.data()) < 0)
            fail(group, "dataset \"" + name + "\" can't be stored in chunks of " + to_text(chunk));
        if (how.deflate > 0) H5Pset_deflate(properties, static_cast<unsigned>(how.deflate));
    }
    const hid_t id = H5Dcreate2(Access::id(group), name.c_str(), stored, static_cast<hid_t>(space.id()),
                                static_cast<hid_t>(links.id()), properties, H5P_DEFAULT);
    if (id < 0) fail(group, "dataset \"" + name + "\" can't be made");
    Dataset dataset;
    Access::fill(dataset, id, H5Dclose, file, group.path() == "/" ? "/" + name : group.path() + "/" + name);
    if (!empty && H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        fail(dataset, "can't be written");
    return dataset;
}

template <class T>
Dataset write_numbers(Group& group, const std::string& name, const Shape& shape, std::span<const T> values,
                      const WriteOptions& how, const std::shared_ptr<const FileState>& file) {
    std::uint64_t expected = 1;
    for (const std::uint64_t size : shape)
        expected *= size;
    if (expected != values.size())
        throw Error("hdf5: " + name + " of shape " + to_text(shape) + " was given " +
                    std::to_string(values.size()) + " values");
    return create(group, name, shape, stored_type<T>(), memory_type<T>(), sizeof(T), values.data(), how,
                  file);
}

} // namespace

Type Dataset::type() const {
    const Handle handle =
        Access::handle(check(H5Dget_type(Access::id(*this)), *this, "has no type"), H5Tclose);
    const auto type = static_cast<hid_t>(handle.id());
    const std::size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_FLOAT:
        return size == 4 ? Type::f32 : size == 8 ? Type::f64 : Type::other;
    case H5T_STRING:
        return Type::text;
    case H5T_INTEGER:
        if (H5Tget_sign(type) == H5T_SGN_NONE)
            return size == 1 ? Type::u8 : size == 4 ? Type::u32 : size == 8 ? Type::u64 : Type::other;
        return size == 4 ? Type::i32 : size == 8 ? Type::i64 : Type::other;
    default:
        return Type::other;
    }
}

Shape Dataset::shape() const {
    const Handle space =
        Access::handle(check(H5Dget_space(Access::id(*this)), *this, "has no shape"), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(static_cast<hid_t>(space.id()));
    if (rank < 0 || rank > H5S_MAX_RANK) fail(*this, "has no usable shape");
    std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
    if (rank > 0) H5Sget_simple_extent_dims(static_cast<hid_t>(space.id()), sizes.data(), nullptr);
    return Shape(sizes.begin(), sizes.end());
}

std::uint64_t Dataset::elements() const {
    std::uint64_t product = 1;
    const Shape sizes = shape();
    if (std::ranges::find(sizes, 0U) != sizes.end()) return 0;
    for (const std::uint64_t size : sizes) {
        if (size > (std::uint64_t{1} << 48) / product)
            corrupt("claims the impossible shape " + to_text(sizes));
        product *= size;
    }
    return product;
}

void Dataset::read(std::span<float> out) const {
    read_all(*this, out);
}
void Dataset::read(std::span<double> out) const {
    read_all(*this, out);
}
void Dataset::read(std::span<std::int32_t> out) const {
    read_all(*this, out);
}
void Dataset::read(std::span<std::uint32_t> out) const {
    read_all(*this, out);
}
void Dataset::read_slab(const Shape& offset, const Shape& count, std::span<float> out) const {
    read_part(*this, offset, count, out);
}
void Dataset::read_slab(const Shape& offset, const Shape& count, std::span<std::uint32_t> out) const {
    read_part(*this, offset, count, out);
}
std::span<const float> Dataset::mapped_floats() const {
    const FileState& file = Access::file(*this);
    if (!file.map || std::endian::native != std::endian::little) return {};
    const Handle stored = Access::handle(check(H5Dget_type(Access::id(*this)), *this, "has no type"), H5Tclose);
    const Handle creation = Access::handle(check(H5Dget_create_plist(Access::id(*this)), *this, "has no properties"), H5Pclose);
    const auto properties = static_cast<hid_t>(creation.id());
    if (H5Tequal(static_cast<hid_t>(stored.id()), H5T_IEEE_F32LE) <= 0 || H5Pget_layout(properties) != H5D_CONTIGUOUS ||
        H5Pget_external_count(properties) != 0)
        return {};
    const haddr_t place = H5Dget_offset(Access::id(*this));
    const auto bytes = file.map->bytes();
    const std::uint64_t size = elements() * sizeof(float);
    if (place == HADDR_UNDEF || place % sizeof(float) != 0 || H5Dget_storage_size(Access::id(*this)) != size ||
        size > bytes.size() || place > bytes.size() - size)
        return {};
    return {reinterpret_cast<const float*>(bytes.data() + place), elements()};
}

std::shared_ptr<const void> Dataset::mapping() const {
    return file_;
}

std::vector<float> Dataset::floats(std::uint64_t limit) const {
    return read_bounded<float>(*this, limit);
}
std::vector<double> Dataset::doubles(std::uint64_t limit) const {
    return read_bounded<double>(*this, limit);
}
std::vector<std::int32_t> Dataset::ints(std::uint64_t limit) const {
    return read_bounded<std::int32_t>(*this, limit);
}
std::vector<std::uint32_t> Dataset::uints(std::uint64_t limit) const {
    return read_bounded<std::uint32_t>(*this, limit);
}

std::vector<std::string> Dataset::strings(std::uint64_t limit) const {
    bound(*this, limit);
    if (type() != Type::text) corrupt("does not hold texts");
    const std::uint64_t size = elements();
    const Handle stored =
        Access::handle(check(H5Dget_type(Access::id(*this)), *this, "has no type"), H5Tclose);
    const auto type_id = static_cast<hid_t>(stored.id());
    if (H5Tis_variable_str(type_id) != 0) corrupt("holds texts of a variable length, expected fixed");
    const std::size_t length = H5Tget_size(type_id);
    constexpr std::uint64_t most_bytes = std::uint64_t{1} << 30;
    if (length == 0 || length > most_bytes / std::max<std::uint64_t>(size, 1) ||
        length * size > (Access::file(*this).size + 1) * best_compression)
        corrupt("claims " + std::to_string(size) + " texts of " + std::to_string(length) + " bytes");
    std::vector<char> bytes(length * size, '\0');
    if (size > 0 && H5Dread(Access::id(*this), type_id, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
        fail(*this, "can't be read");
    std::vector<std::string> texts(size);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const char* begin = bytes.data() + i * length;
        texts[i].assign(begin, std::find(begin, begin + length, '\0'));
    }
    return texts;
}

std::string Dataset::string() const {
    const auto all = strings(1);
    if (all.size() != 1) corrupt("holds no text");
    return all.front();
}

void Dataset::make_scale(const std::string& name) {
    if (H5DSset_scale(Access::id(*this), name.c_str()) < 0) fail(*this, "can't become a dimension scale");
}
void Dataset::attach_scale(const Dataset& scale, unsigned dimension) {
    if (H5DSattach_scale(Access::id(*this), Access::id(scale), dimension) < 0)
        fail(*this, "can't be given the scale " + scale.path());
}
void Dataset::label_dimension(unsigned dimension, const std::string& text) {
    if (H5DSset_label(Access::id(*this), dimension, text.c_str()) < 0)
        fail(*this, "its dimensions can't be labelled");
}

Dataset Group::write(const std::string& name, const Shape& shape, std::span<const float> values,
                     const WriteOptions& how) {
    return write_numbers(*this, name, shape, values, how, file_);
}
Dataset Group::write(const std::string& name, const Shape& shape, std::span<const double> values,
                     const WriteOptions& how) {
    return write_numbers(*this, name, shape, values, how, file_);
}
Dataset Group::write(const std::string& name, const Shape& shape, std::span<const std::int32_t> values,
                     const WriteOptions& how) {
    return write_numbers(*this, name, shape, values, how, file_);
}
Dataset Group::write(const std::string& name, const Shape& shape, std::span<const std::uint32_t> values,
                     const WriteOptions& how) {
    return write_numbers(*this, name, shape, values, how, file_);
}

Dataset Group::write_text(const std::string& name, std::string_view text) {
    const std::string one(text);
    const FixedTexts fixed(*this, std::span(&one, 1));
    const auto type = static_cast<hid_t>(fixed.type.id());
    return create(*this, name, {}, type, type, fixed.bytes.size(), fixed.bytes.data(), {}, file_);
}
Dataset Group::write_texts(const std::string& name, std::span<const std::string> texts) {
    const FixedTexts fixed(*this, texts);
    const auto type = static_cast<hid_t>(fixed.type.id());
    return create(*this, name, {texts.size()}, type, type, H5Tget_size(type), fixed.bytes.data(),
                  {{}, texts.size() > 64 ? 4 : 0}, file_);
}

} // namespace cdra::tensor_io::hdf5
