// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The options of all methods on one command line, declared from their descriptors.
#pragma once

#include "core/methods/descriptor.h"

#include <CLI/CLI.hpp>

#include <map>
#include <set>
#include <string>

namespace cdra::cli {

class MethodOptions {
  public:
    // `also` adds to the help of an option that means something to the command itself, too.
    void declare(CLI::App& app, const std::map<std::string, std::string>& also = {});
    // Puts what was given into `values`. Throws InputError for an option the method does not have, except those
    // in `taken`, which the command has used itself.
    void apply(const methods::Descriptor& method, methods::OptionValues& values, const std::set<std::string>& taken = {}) const;
    // What was given under this name; nullptr if nothing.
    const std::string* given(const std::string& name) const;

  private:
    std::map<std::string, std::string> given_;
};

} // namespace cdra::cli
