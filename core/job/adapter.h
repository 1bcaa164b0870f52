// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The compact adapter, adapter/adapter.safetensors: per adapted matrix `<name>.rows` (input indices, plan order,
// int32), `.columns` (output indices), `.A` [d̄, r], `.B` [r, k̄]; masked matrices `<name>.indices` (flat, int32) and
// `.values` (the trained weights' change); whole tensors under their own names ("blocks.0.norm1.weight",
// "cls_token", "head.weight"), and a method's own under names that tell their place ("blocks.3.prompts",
// "blocks.3.mlp.adapter.down.weight", "head_mlp.0.norm.running_mean"). Same run, same bytes: no time and no path in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace cdra::job {

struct LowRank {
    std::vector<std::int32_t> rows, columns;
    std::int64_t rank = 0;
    std::vector<float> a; // [rows, rank]
    std::vector<float> b; // [rank, columns]
};
struct Masked {
    std::vector<std::int32_t> indices; // flat indices of the [out, in] weight
    std::vector<float> values;         // Δw
};
struct Whole {
    std::vector<std::int64_t> shape;
    std::vector<float> values; // the trained tensor itself
};

struct Adapter {
    std::map<std::string, LowRank> low_rank; // by matrix name
    std::map<std::string, Masked> masked;
    std::map<std::string, Whole> whole;
    std::map<std::string, std::string> metadata; // format, version, method, model_sha256, family, dim, depth, classes,
                                                 // pooling, image_size, mean, std, position_resampling, class_names
};

void write_adapter(const std::filesystem::path& path, const Adapter& adapter);
Adapter read_adapter(const std::filesystem::path& path); // bounds of every index are checked by the user of it

} // namespace cdra::job
