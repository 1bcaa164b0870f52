// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// `cdra-engine COMMAND JSON`: computes what `cdra` asks for. Not meant to be typed: `cdra --help`.
#include "core/base/error.h"
#include "core/base/one_line.h"
#include "core/engine/commands/commands.h"
#include "core/engine/kernels/host_memory.h"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>

namespace {

namespace commands = cdra::engine::commands;

struct Command {
    std::string_view word;
    int (*run)(std::string_view request);
};
constexpr Command table[] = {{"sensitivity", commands::sensitivity},
                             {"train", commands::train},
                             {"resume", commands::train}, // the request says so itself
                             {"evaluate", commands::evaluate},
                             {"predict", commands::predict},
                             {"attention", commands::attention},
                             {"merge", commands::merge}};

int run(int argc, char** argv) {
    if (argc != 3)
        throw cdra::InputError("cdra-engine takes a command and its request; use the program 'cdra'");
    for (const auto& command : table)
        if (command.word == argv[1]) return command.run(argv[2]);
    throw cdra::InputError("cdra-engine has no command '" + std::string(argv[1]) +
                           "'; use the program 'cdra'");
}

// One line: LibTorch's messages carry a backtrace, names out of files may hold line ends.
std::string first_line(const std::exception& error) {
    const std::string_view whole(error.what());
    const bool ours = dynamic_cast<const cdra::Error*>(&error) != nullptr;
    return cdra::one_line(ours ? whole : whole.substr(0, whole.find('\n')));
}

} // namespace

int main(int argc, char** argv) {
    // cuBLAS is deterministic only with a fixed workspace, and reads this once.
    ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    cdra::engine::kernels::keep_host_memory();
    try {
        const int code = run(argc, argv);
        std::cout.flush();
        return code;
    } catch (const cdra::Cancelled& stopped) {
        std::cerr << "cdra: stopped\n";
        return cdra::exit_code(stopped);
    } catch (const std::exception& error) {
        std::cerr << "cdra: " << first_line(error) << '\n';
        return cdra::exit_code(error);
    }
}
