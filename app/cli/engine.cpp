// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/engine.h"

#include "core/base/error.h"
#include "core/job/file_descriptor.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace cdra::cli {
namespace {

// Linux takes at most 128 KiB in one argument.
constexpr std::size_t longest_argument = std::size_t{120} << 10;

bool is_program(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

void check_length(const std::string& json) {
    if (json.size() > longest_argument)
        throw InputError("the request is " + std::to_string(json.size() / 1024) +
                         " KiB long; expected at most 120 KiB: name fewer files in one command");
}

void execute(const std::filesystem::path& engine, const std::string& command, const std::string& json) {
    std::string program = engine.string(), word = command, text = json;
    std::array<char*, 4> arguments = {program.data(), word.data(), text.data(), nullptr};
    // OpenMP threads that spin at a barrier starve each other as soon as anything else runs: five times slower
    // beside a build, no faster on a quiet machine. Whoever sets a policy keeps it.
    if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "1000", 0);
    ::execv(program.c_str(), arguments.data());
}

} // namespace

std::filesystem::path find_engine() {
    if (const char* named = std::getenv("CDRA_ENGINE"); named != nullptr && *named != '\0') {
        if (is_program(named)) return named;
        throw InputError(std::string("CDRA_ENGINE is '") + named + "', which is no program; expected the path of cdra-engine");
    }
    std::error_code error;
    const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    const std::array places = {here / "cdra-engine", (here / "../libexec/cdra/cdra-engine").lexically_normal()};
    for (const auto& place : places)
        if (is_program(place)) return place;
    throw InputError("cdra-engine was not found at " + places[0].string() + " nor at " + places[1].string() +
                     "; build or install it, or name it in the environment variable CDRA_ENGINE");
}

void exec_engine(const std::filesystem::path& engine, const std::string& command, const std::string& json) {
    check_length(json);
    std::cout.flush();
    execute(engine, command, json);
    throw Error(engine.string() + ": cannot be started: " + std::strerror(errno));
}

int start_engine(const std::filesystem::path& engine, const std::string& command, const std::string& json,
                 const job::JobPaths& paths) {
    check_length(json);
    job::FileDescriptor log(::open(paths.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!log) throw IoError(paths.log.string() + ": cannot open: " + std::strerror(errno));
    job::FileDescriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    // The pipe closes by itself when the program starts; an error number comes through it if it does not.
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw IoError(std::string("cannot make a pipe: ") + std::strerror(errno));
    job::FileDescriptor reading(ends[0]), writing(ends[1]);
    std::cout.flush();
    const pid_t child = ::fork();
    if (child < 0) throw IoError(std::string("cannot start a process: ") + std::strerror(errno));
    if (child == 0) {
        ::setsid();
        if (::nice(5) == -1) errno = 0; // a lower priority is a courtesy, not a condition
        ::dup2(null.get(), STDIN_FILENO);
        ::dup2(log.get(), STDOUT_FILENO);
        ::dup2(log.get(), STDERR_FILENO);
        execute(engine, command, json);
        const int reason = errno;
        if (::write(writing.get(), &reason, sizeof reason) < 0) ::_exit(126);
        ::_exit(127);
    }
    writing = job::FileDescriptor();
    int reason = 0;
    if (::read(reading.get(), &reason, sizeof reason) == sizeof reason) {
        ::waitpid(child, nullptr, 0);
        throw IoError(engine.string() + ": cannot be started: " + std::strerror(reason));
    }
    return child;
}

int hand_over(const std::filesystem::path& engine, const std::string& command, const std::string& json,
              const job::JobPaths& paths, bool detach, bool as_json) {
    if (!detach) exec_engine(engine, command, json);
    const int process = start_engine(engine, command, json, paths);
    if (as_json)
        std::cout << nlohmann::ordered_json{{"job", paths.folder.string()}, {"pid", process}}.dump() << '\n';
    else
        std::cout << paths.folder.string() << '\n';
    return exit_codes::done;
}

} // namespace cdra::cli
