// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/job_folder.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/events.h"
#include "core/job/file_descriptor.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace cdra::job {
namespace {

constexpr std::array<std::string_view, 4> control_words = {"stop", "pause", "resume", "checkpoint"};

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
    throw IoError(path.string() + ": cannot " + what + ": " + std::strerror(errno));
}

std::string holder(int descriptor) {
    std::array<char, 32> text{};
    const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
    std::string number;
    for (ssize_t i = 0; i < got && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9'; ++i)
        number += text[static_cast<std::size_t>(i)];
    return number.empty() ? "another process" : "process " + number;
}

void touch(const std::filesystem::path& path) {
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file) fail(path, "create");
}

std::uintmax_t size_or_zero(const std::filesystem::path& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

} // namespace

JobPaths::JobPaths(std::filesystem::path where)
    : folder(std::move(where)), project(folder / "project.toml"), command(folder / "command"),
      events(folder / "events.jsonl"), control(folder / "control"), lock(folder / "lock"), log(folder / "log.txt"),
      checkpoints(folder / "checkpoints"), results(folder / "results.h5"), adapter(folder / "adapter") {}

std::string_view name_of(JobState state) noexcept {
    switch (state) {
    case JobState::queued: return "queued";
    case JobState::running: return "running";
    case JobState::paused: return "paused";
    case JobState::stopped: return "stopped";
    case JobState::failed: return "failed";
    case JobState::done: return "done";
    case JobState::dead: return "dead";
    }
    return "?";
}

std::string_view name_of(ControlWord word) noexcept { return control_words[static_cast<std::size_t>(word)]; }

JobLock::JobLock(const JobPaths& paths) {
    FileDescriptor file(::open(paths.lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file) fail(paths.lock, "open");
    // is_alive() holds a shared lock for an instant; only a lock that stays is another worker's.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) fail(paths.lock, "lock");
        if (std::chrono::steady_clock::now() > deadline)
            throw InputError(paths.folder.string() + " is in use by " + holder(file.get()) +
                             "; stop it with 'cdra stop' or wait until it has ended");
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), text.data(), text.size(), 0) < 0)
        fail(paths.lock, "write");
    descriptor_ = file.release();
}

JobLock::~JobLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool is_alive(const JobPaths& paths) {
    FileDescriptor file(::open(paths.lock.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return false;
    // Shared, so that two watchers never take each other for a worker; closing the file releases it.
    return ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

bool holds_job(const JobPaths& paths) {
    std::error_code error;
    return std::filesystem::exists(paths.project, error) || std::filesystem::exists(paths.command, error) ||
           size_or_zero(paths.events) > 0;
}

void create_job_folder(const JobPaths& paths, std::string_view command_line) {
    if (holds_job(paths))
        throw InputError(paths.folder.string() + " already holds a job; choose another folder, or go on with 'cdra resume'");
    std::error_code error;
    std::filesystem::create_directories(paths.checkpoints, error);
    if (!error) std::filesystem::create_directories(paths.adapter, error);
    if (error) throw IoError(paths.folder.string() + ": cannot create the job folder: " + error.message());
    write_file_atomically(paths.command, std::string(command_line) + "\n");
    for (const auto& file : {paths.events, paths.control, paths.log}) touch(file);
}

void send(const JobPaths& paths, ControlWord word) {
    FileDescriptor file(::open(paths.control.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file) fail(paths.control, "open");
    const std::string line = std::string(name_of(word)) + "\n";
    if (::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) fail(paths.control, "append");
}

ControlReader::ControlReader(const JobPaths& paths) : path_(paths.control), offset_(size_or_zero(paths.control)) {}

std::vector<ControlWord> ControlReader::poll() {
    std::vector<ControlWord> words;
    const std::uintmax_t size = size_or_zero(path_);
    if (size < offset_) offset_ = 0; // somebody emptied it
    if (size == offset_) return words;
    FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return words;
    std::array<char, 4096> buffer{};
    const ssize_t got = ::pread(file.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset_));
    if (got <= 0) return words;
    std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    if (text.find('\n') == std::string_view::npos && text.size() == buffer.size()) offset_ += text.size(); // no word is that long
    for (std::size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
        offset_ += end + 1;
        for (std::size_t i = 0; i < control_words.size(); ++i)
            if (text.substr(0, end) == control_words[i]) words.push_back(static_cast<ControlWord>(i));
    }
    return words;
}

JobState read_state(const JobPaths& paths) {
    // The lock first: a worker that ends in between has written its last event by the time the events are read.
    const bool alive = is_alive(paths);
    JobState state = JobState::queued;
    for (const Event& event : read_events(paths.events)) {
        if (std::holds_alternative<PausedEvent>(event.what)) state = JobState::paused;
        else if (std::holds_alternative<StoppedEvent>(event.what)) state = JobState::stopped;
        else if (std::holds_alternative<ErrorEvent>(event.what)) state = JobState::failed;
        else if (std::holds_alternative<DoneEvent>(event.what)) state = JobState::done;
        else if (std::holds_alternative<ResumedEvent>(event.what) || std::holds_alternative<StageEvent>(event.what))
            state = JobState::running;
        else if (state == JobState::queued) state = JobState::running;
        else if (state == JobState::paused && std::holds_alternative<MetricEvent>(event.what)) state = JobState::running;
    }
    if (alive) return state == JobState::paused ? JobState::paused : JobState::running;
    return state == JobState::running || state == JobState::paused ? JobState::dead : state;
}

} // namespace cdra::job
