// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/common_options.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>

namespace cdra::cli {

// `cdra dataset split FOLDER`.
class DatasetSplit {
  public:
    void declare(CLI::App& dataset);
    bool given() const { return app_->parsed(); }
    int run();

  private:
    CLI::App* app_ = nullptr; // CLI11's own
    std::string folder_;
    std::uint64_t seed_ = 0;
    OutputOptions output_;
};

} // namespace cdra::cli
