// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A pretrained checkpoint of any known format seen through our names. Formats are one file each and stand in
// one table (formats.h); opening tries them in the table's order.
#pragma once

#include "core/checkpoint/vit_spec.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace cdra::checkpoint {

struct Tensor {
    std::vector<std::int64_t> shape;
    std::vector<float> values; // row-major
};

// One stored tensor's whole role: rows [row_begin, row_end) of `tensor`'s first dimension are our tensor.
struct TensorSource {
    std::string tensor;
    std::int64_t row_begin = 0, row_end = 0; // 0, 0: all of it
    bool transpose = false;                  // stored [in, out]
    std::vector<std::int64_t> shape;         // of our tensor
};

// What the user may say where the file can't. Wins over the file and over a config.json beside it.
struct Overrides {
    std::optional<int> heads;
};

class Checkpoint {
  public:
    virtual ~Checkpoint() = default;
    virtual const std::filesystem::path& path() const = 0;
    virtual std::vector<std::filesystem::path> files() const { return {path()}; } // path() and its shards
    virtual std::string format() const = 0; // "safetensors, Hugging Face DINOv2"
    virtual const VitSpec& spec() const = 0;
    virtual const std::map<std::string, TensorSource>& tensors() const = 0; // by our name
    virtual const std::vector<std::string>& unused() const = 0;             // stored tensors we do not use
    // Throws InputError if the name is unknown.
    virtual Tensor read(const std::string& name) const = 0;
    // The same values to `values`, which holds as many as the tensor's shape says; once over memory where the file is one of
    // float32 that can be mapped. Several threads may read at once.
    virtual void read(const std::string& name, std::span<float> values) const = 0;
};

// `path` is a file, or a folder holding model.safetensors (or its shards, or pytorch_model.bin) and config.json. Throws UnrecognisedFormat naming the
// formats tried, or CorruptFile naming every missing or misshapen tensor. Reads headers only.
std::unique_ptr<Checkpoint> open(const std::filesystem::path& path, const Overrides& overrides = {});

// SHA-256 of the checkpoint's file; of the files' digests, one a line, where there are several. Throws
// Cancelled.
std::string fingerprint(const Checkpoint& checkpoint, const std::stop_token& stop = {});
// The same from a path as open() takes it.
std::filesystem::path weights_file(const std::filesystem::path& path);

} // namespace cdra::checkpoint
