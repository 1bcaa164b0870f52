// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Handing over to `cdra-engine`: this process becomes it, or starts it apart.
#pragma once

#include "core/job/job_folder.h"

#include <filesystem>
#include <string>

namespace cdra::cli {

// $CDRA_ENGINE, else beside this program, else ../libexec/cdra/. Throws InputError that says where it was looked for.
std::filesystem::path find_engine();
// Replaces this process by `engine COMMAND JSON`. Returns only by an exception.
[[noreturn]] void exec_engine(const std::filesystem::path& engine, const std::string& command, const std::string& json);
// Starts it in a session of its own, at lower priority, its output appended to the folder's log.txt. Returns the
// process number. Throws IoError if it can't be started.
int start_engine(const std::filesystem::path& engine, const std::string& command, const std::string& json,
                 const job::JobPaths& paths);
// One of the two; with `detach` prints the folder (or {"job", "pid"}) and returns 0.
int hand_over(const std::filesystem::path& engine, const std::string& command, const std::string& json,
              const job::JobPaths& paths, bool detach, bool as_json);

} // namespace cdra::cli
