// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A file of named tensors, whatever its container: what a naming is matched against. A container is one file
// and one line in formats.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::checkpoint {

struct StoredTensor {
    std::vector<std::int64_t> shape;
    bool floating = true; // integers can't be weights
    std::string type;     // the container's own word, for messages
};

class Archive {
  public:
    virtual ~Archive() = default;
    virtual const std::filesystem::path& path() const = 0;
    virtual const std::map<std::string, StoredTensor, std::less<>>& tensors() const = 0;
    // The values as float32, row-major. `name` is one of tensors().
    virtual std::vector<float> read(const std::string& name) const = 0;
    // The same values where they lie in memory, if they do: float32, aligned; else empty. They live as long as the archive.
    virtual std::span<const float> view(const std::string&) const { return {}; }
    // Every file it is made of; what a fingerprint is taken of.
    virtual std::vector<std::filesystem::path> files() const { return {path()}; }
    // Attention heads, where the stored shapes tell.
    virtual std::optional<int> heads() const { return std::nullopt; }
    // The normalisation of the images that such files were trained with, where the format settles it.
    virtual bool imagenet_normalisation() const { return false; }
};

// Throw UnrecognisedFormat or CorruptFile.
std::unique_ptr<Archive> open_safetensors(const std::filesystem::path& path);
std::unique_ptr<Archive> open_sharded_safetensors(const std::filesystem::path& path); // model.safetensors.index.json
std::unique_ptr<Archive> open_npz(const std::filesystem::path& path);
std::unique_ptr<Archive> open_torch(const std::filesystem::path& path); // .pth, .pt, .bin

std::string to_text(const std::vector<std::int64_t>& shape); // "[768, 3, 16, 16]"

} // namespace cdra::checkpoint
