// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "core/job/project.h"

#include <optional>
#include <string>

namespace cdra::job {

struct Problem {
    std::string key;  // "recipe.epochs"
    std::string what; // "is 0; expected at least 1"
};
// The first impossible value, in the order of the file.
std::optional<Problem> first_problem(const Project& project);

} // namespace cdra::job
