// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The header of a .npy array: a magic word, a version, a Python dict as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cdra::tensor_io {

struct NpyHeader {
    std::string type; // "<f4", "<f2", "|V2" (bfloat16 as JAX saves it), "<i8"
    std::vector<std::int64_t> shape;
    bool fortran_order = false; // the first index runs fastest
    std::size_t data_begin = 0; // bytes from the start of the array's file

    std::uint64_t elements() const noexcept; // bounded when parsed
    bool floating() const noexcept;
    std::size_t item_size() const noexcept; // 0: of a type that is not read
};

// `front`: the first bytes of the array's file, `size` its whole length, `name` for messages. Checks the shape
// against the size. Throws CorruptFile.
NpyHeader parse_npy_header(std::span<const std::byte> front, std::uint64_t size, const std::string& name);
inline constexpr std::size_t longest_npy_header = 64 * 1024;

// Raw little-endian values → float32. `type` as in NpyHeader; floating types only.
std::vector<float> npy_floats(std::span<const std::byte> data, const NpyHeader& header);

} // namespace cdra::tensor_io
