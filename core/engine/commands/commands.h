// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The commands of `cdra-engine`, one file each. Each takes its request of core/job/requests.h as JSON, prints
// its result to standard output and returns the exit code; failures are exceptions, which main() turns into
// one line.
#pragma once

#include <string_view>

namespace cdra::engine::commands {

int sensitivity(std::string_view request);
int train(std::string_view request);
int evaluate(std::string_view request);
int predict(std::string_view request);
int attention(std::string_view request);
int merge(std::string_view request);

} // namespace cdra::engine::commands
