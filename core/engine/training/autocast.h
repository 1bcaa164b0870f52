// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Mixed precision for a scope: LibTorch has no guard class of its own in C++.
#pragma once

#include <torch/types.h>

namespace cdra::engine {

class Bf16Autocast {
  public:
    // Does nothing unless `enabled`.
    Bf16Autocast(torch::Device device, bool enabled);
    ~Bf16Autocast();
    Bf16Autocast(const Bf16Autocast&) = delete;
    Bf16Autocast& operator=(const Bf16Autocast&) = delete;

  private:
    torch::DeviceType device_;
    bool enabled_, was_enabled_ = false;
    at::ScalarType was_type_ = at::kFloat;
};

} // namespace cdra::engine
