// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/tensor_io/safetensors.h"

#include <array>
#include <nlohmann/json.hpp>
#include <set>

namespace cdra::tensor_io {

TensorView view_f32(std::string name, std::vector<std::int64_t> shape, std::span<const float> values) {
    return {std::move(name), DType::f32, std::move(shape), std::as_bytes(values)};
}

TensorView view_i32(std::string name, std::vector<std::int64_t> shape, std::span<const std::int32_t> values) {
    return {std::move(name), DType::i32, std::move(shape), std::as_bytes(values)};
}

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::set<std::string> names;
    std::size_t at = 0;
    for (const TensorView& tensor : tensors) {
        std::int64_t elements = 1;
        for (const std::int64_t size : tensor.shape)
            elements *= size;
        if (elements < 0 || static_cast<std::size_t>(elements) * size_of(tensor.dtype) != tensor.bytes.size())
            throw Error("safetensors: " + tensor.name + " has " + std::to_string(tensor.bytes.size()) +
                        " bytes, its shape needs " + std::to_string(elements) + " values");
        if (!names.insert(tensor.name).second || tensor.name == "__metadata__")
            throw Error("safetensors: the name " + tensor.name + " is given twice or reserved");
        const std::size_t end = at + tensor.bytes.size();
        header[tensor.name] = {
            {"dtype", name_of(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
        at = end;
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' '); // so that the data begins aligned

    std::string length(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        length[i] = static_cast<char>(text.size() >> (8 * i) & 255U);
    std::vector<std::string_view> parts = {length, text};
    for (const TensorView& tensor : tensors)
        parts.emplace_back(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
    write_parts_atomically(path, parts);
}

} // namespace cdra::tensor_io
