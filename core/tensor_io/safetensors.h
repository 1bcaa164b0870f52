// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The safetensors format: an 8-byte little-endian header length, a JSON header, raw little-endian data.
// Every length and offset of the header is checked against the file before it is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::tensor_io {

enum class DType { f32, f16, bf16, f64, i64, i32, u8, boolean };
std::size_t size_of(DType dtype) noexcept;
std::string_view name_of(DType dtype) noexcept; // the format's own word, e.g. "F32"

struct TensorInfo {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::int64_t> shape; // empty: a scalar
    std::size_t begin = 0;           // bytes from the start of the data section
    std::size_t end = 0;

    std::int64_t elements() const noexcept; // product of the shape; bounded when the file was opened
};

// A read-only memory map of a file. Movable; the bytes live as long as the object.
class SafetensorsFile {
  public:
    // Throws InputError (missing), UnrecognisedFormat (not safetensors) or CorruptFile (names the tensor).
    static SafetensorsFile open(const std::filesystem::path& path);
    SafetensorsFile(SafetensorsFile&&) noexcept;
    SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
    ~SafetensorsFile();

    const std::filesystem::path& path() const noexcept;
    const std::vector<TensorInfo>& tensors() const noexcept; // in data order
    const std::map<std::string, std::string>& metadata() const noexcept;
    const TensorInfo* find(std::string_view name) const noexcept; // nullptr if absent
    std::span<const std::byte> bytes(const TensorInfo& tensor) const noexcept;

    // The values as float32, whatever floating type is stored. Throws CorruptFile for integer types.
    std::vector<float> read_f32(const TensorInfo& tensor) const;
    // Values of an I32 tensor. Throws CorruptFile for other types.
    std::vector<std::int32_t> read_i32(const TensorInfo& tensor) const;

  private:
    struct State;
    explicit SafetensorsFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// One tensor to write: the bytes are borrowed and must outlive write_safetensors.
struct TensorView {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
};
TensorView view_f32(std::string name, std::vector<std::int64_t> shape, std::span<const float> values);
TensorView view_i32(std::string name, std::vector<std::int64_t> shape, std::span<const std::int32_t> values);

// Writes atomically; tensors in the given order, the same input gives the same bytes. Throws IoError.
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata);

} // namespace cdra::tensor_io
