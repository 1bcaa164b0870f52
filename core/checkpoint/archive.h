// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A file of named tensors, whatever its container: what a naming is matched against. A container is one file
// and one line in formats.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
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
};

// Throw UnrecognisedFormat or CorruptFile.
std::unique_ptr<Archive> open_safetensors(const std::filesystem::path& path);

std::string to_text(const std::vector<std::int64_t>& shape); // "[768, 3, 16, 16]"

} // namespace cdra::checkpoint
