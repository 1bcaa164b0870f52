// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"
#include "core/tensor_io/safetensors.h"

#include <algorithm>
#include <string>
#include <torch/types.h>

namespace cdra::test {

// float32 on the CPU. Throws InputError if the file has no such tensor.
inline torch::Tensor read(const tensor_io::SafetensorsFile& file, const std::string& name) {
    const auto* info = file.find(name);
    if (info == nullptr) throw InputError("no tensor " + name);
    const auto values = file.read_f32(*info);
    auto result = torch::empty(info->shape, torch::kFloat32);
    std::copy(values.begin(), values.end(), result.mutable_data_ptr<float>());
    return result;
}

} // namespace cdra::test
