// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The job folder: how a worker and whoever watches it talk, through files alone.
//   project.toml  frozen when queued          command      the very command, one line
//   events.jsonl  appended by the worker      control      words appended by anyone, read every step
//   lock          held by the living worker   log.txt      what it printed
//   checkpoints/  results.h5  adapter/
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::job {

struct JobPaths {
    explicit JobPaths(std::filesystem::path folder);
    std::filesystem::path folder, project, command, events, control, lock, log, checkpoints, results, adapter;
};

enum class JobState { queued, running, paused, stopped, failed, done, dead };
// dead: the last event says running but nobody holds the lock.
std::string_view name_of(JobState) noexcept;
constexpr bool is_at_work(JobState state) noexcept {
    return state == JobState::queued || state == JobState::running || state == JobState::paused;
}

// Held from construction to destruction; the operating system releases it when the process dies.
class JobLock {
  public:
    // Throws InputError "… is in use by process N …" if another worker holds it.
    explicit JobLock(const JobPaths& paths);
    ~JobLock();
    JobLock(const JobLock&) = delete;
    JobLock& operator=(const JobLock&) = delete;

  private:
    int descriptor_ = -1;
};
bool is_alive(const JobPaths& paths); // someone holds the lock

// True if a job was made in the folder before.
bool holds_job(const JobPaths& paths);
// Makes the folder and its fixed parts. Throws InputError if it already holds another job.
void create_job_folder(const JobPaths& paths, std::string_view command_line);

enum class ControlWord { stop, pause, resume, checkpoint };
std::string_view name_of(ControlWord) noexcept;
void send(const JobPaths& paths, ControlWord word); // appends a line
// Reads words appended since the last call (from the end of the file as it was at construction).
class ControlReader {
  public:
    explicit ControlReader(const JobPaths& paths);
    std::vector<ControlWord> poll();

  private:
    std::filesystem::path path_;
    std::uintmax_t offset_ = 0;
};

JobState read_state(const JobPaths& paths);

} // namespace cdra::job
