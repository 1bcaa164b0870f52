// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/adapter.h"

#include "core/base/error.h"
#include "core/tensor_io/safetensors.h"

#include <optional>
#include <set>

namespace cdra::job {
namespace {

namespace io = tensor_io;

std::int64_t length(const auto& values) { return static_cast<std::int64_t>(values.size()); }

// "blocks.0.attn.q.rows" with ".rows" → "blocks.0.attn.q".
std::optional<std::string> stem(const std::string& name, std::string_view suffix) {
    if (!name.ends_with(suffix) || name.size() == suffix.size()) return std::nullopt;
    return name.substr(0, name.size() - suffix.size());
}

const io::TensorInfo& part(const io::SafetensorsFile& file, const std::string& name, std::size_t dimensions) {
    const io::TensorInfo* tensor = file.find(name);
    if (tensor == nullptr) throw CorruptFile(file.path().string() + ": tensor " + name + " is missing from the adapter");
    if (tensor->shape.size() != dimensions)
        throw CorruptFile(file.path().string() + ": tensor " + name + " has " + std::to_string(tensor->shape.size()) +
                          " dimensions; expected " + std::to_string(dimensions));
    return *tensor;
}

LowRank read_low_rank(const io::SafetensorsFile& file, const std::string& name) {
    LowRank result;
    result.rows = file.read_i32(part(file, name + ".rows", 1));
    result.columns = file.read_i32(part(file, name + ".columns", 1));
    const io::TensorInfo& a = part(file, name + ".A", 2);
    const io::TensorInfo& b = part(file, name + ".B", 2);
    result.rank = a.shape[1];
    if (a.shape[0] != length(result.rows) || b.shape[0] != result.rank || b.shape[1] != length(result.columns))
        throw CorruptFile(file.path().string() + ": A and B of " + name + " do not fit its rows and columns");
    result.a = file.read_f32(a);
    result.b = file.read_f32(b);
    return result;
}

Masked read_masked(const io::SafetensorsFile& file, const std::string& name) {
    Masked result{file.read_i32(part(file, name + ".indices", 1)), file.read_f32(part(file, name + ".values", 1))};
    if (result.indices.size() != result.values.size())
        throw CorruptFile(file.path().string() + ": " + name + " has " + std::to_string(result.indices.size()) +
                          " indices and " + std::to_string(result.values.size()) + " values; expected as many");
    return result;
}

} // namespace

void write_adapter(const std::filesystem::path& path, const Adapter& adapter) {
    std::vector<io::TensorView> tensors;
    for (const auto& [name, low] : adapter.low_rank) {
        if (low.rank < 0 || length(low.a) != length(low.rows) * low.rank || length(low.b) != length(low.columns) * low.rank)
            throw Error("adapter: A or B of " + name + " does not fit its rows, columns and rank");
        tensors.push_back(io::view_i32(name + ".rows", {length(low.rows)}, low.rows));
        tensors.push_back(io::view_i32(name + ".columns", {length(low.columns)}, low.columns));
        tensors.push_back(io::view_f32(name + ".A", {length(low.rows), low.rank}, low.a));
        tensors.push_back(io::view_f32(name + ".B", {low.rank, length(low.columns)}, low.b));
    }
    for (const auto& [name, masked] : adapter.masked) {
        if (masked.indices.size() != masked.values.size())
            throw Error("adapter: " + name + " has not as many values as indices");
        tensors.push_back(io::view_i32(name + ".indices", {length(masked.indices)}, masked.indices));
        tensors.push_back(io::view_f32(name + ".values", {length(masked.values)}, masked.values));
    }
    for (const auto& [name, whole] : adapter.whole) tensors.push_back(io::view_f32(name, whole.shape, whole.values));
    std::map<std::string, std::string> metadata = adapter.metadata;
    metadata.emplace("format", "cdra-adapter");
    metadata.emplace("version", "1");
    io::write_safetensors(path, tensors, metadata);
}

Adapter read_adapter(const std::filesystem::path& path) {
    const io::SafetensorsFile file = io::SafetensorsFile::open(path);
    Adapter adapter;
    adapter.metadata = file.metadata();
    const auto format = adapter.metadata.find("format");
    if (format == adapter.metadata.end() || format->second != "cdra-adapter")
        throw UnrecognisedFormat(path.string() + ": not a compact adapter (its metadata does not say format = cdra-adapter)");
    std::set<std::string> parts;
    for (const io::TensorInfo& tensor : file.tensors()) {
        if (const auto name = stem(tensor.name, ".rows")) {
            adapter.low_rank.emplace(*name, read_low_rank(file, *name));
            for (const char* suffix : {".rows", ".columns", ".A", ".B"}) parts.insert(*name + suffix);
        } else if (const auto masked = stem(tensor.name, ".indices")) {
            adapter.masked.emplace(*masked, read_masked(file, *masked));
            for (const char* suffix : {".indices", ".values"}) parts.insert(*masked + suffix);
        }
    }
    for (const io::TensorInfo& tensor : file.tensors())
        if (!parts.contains(tensor.name)) adapter.whole[tensor.name] = {tensor.shape, file.read_f32(tensor)};
    return adapter;
}

} // namespace cdra::job
