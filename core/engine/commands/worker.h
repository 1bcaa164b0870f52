// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The worker's side of a job: signals and control words become a stop token and a pause, progress goes to the
// terminal and to events.jsonl, and however the work ends, the last event says so.
#pragma once

#include "core/base/progress.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "core/job/requests.h"
#include "core/job/tensorboard.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace cdra::engine {

// One a process, made before the work begins. Safe to use from several threads.
class Worker {
  public:
    // `folder`: the job folder, empty for none. One that does not exist yet is made, with `command_line` in
    // it. Holds the folder's lock until destruction. Throws InputError if another worker does, or if the
    // folder holds a job that has already begun and `goes_on` is false.
    Worker(const job::Output& output, const std::string& folder, const std::string& command_line,
           bool goes_on = false);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Requested by SIGINT, SIGTERM or the control word "stop".
    std::stop_token stop() const noexcept { return stop_.get_token(); }
    // Terminal (unless quiet) and events; stages, and progress with the time left, at most five a second.
    ProgressSink& progress() noexcept;
    const job::JobPaths* paths() const noexcept { return paths_ ? &*paths_ : nullptr; }

    void write(decltype(job::Event::what) what); // nothing without a job folder
    // What a resume begins with: events past `step` go, and writing goes on in the new file.
    void cut_events_after(std::int64_t step);
    // One line to standard error (info: not if quiet) and a log event. Levels: "info", "warning", "error".
    void log(const std::string& level, const std::string& message);

    // The step a stop, pause or resume is recorded with; tell it before poll().
    void set_step(std::int64_t step) noexcept { step_ = step; }
    // Reads the control words; a watcher thread does so ten times a second too, so calling it only makes a
    // command take effect at this very step.
    void poll();
    // True once for every control word "checkpoint" (several before one call count as one).
    bool take_checkpoint_request() noexcept { return checkpoint_.exchange(false); }
    // Returns at once unless paused; else writes a paused event, waits for "resume" or a stop, and writes a
    // resumed event if it goes on. Calls poll() first.
    void wait_while_paused();

    // Runs `body` and writes the last event: done, stopped or error (with advice). What body throws goes on
    // to the caller, LibTorch's errors translated into cdra::Error of one line.
    void run(const std::function<void()>& body);

  private:
    class Sink;
    void watch(const std::stop_token& end);

    bool quiet_ = false;
    std::optional<job::JobPaths> paths_;
    std::unique_ptr<job::JobLock> lock_;
    std::unique_ptr<job::EventWriter> events_;
    std::unique_ptr<job::TensorBoardWriter> tensorboard_; // metrics, beside events.jsonl
    std::unique_ptr<job::ControlReader> control_;
    std::unique_ptr<Sink> sink_;
    std::stop_source stop_;
    std::atomic<std::int64_t> step_ = 0;
    std::atomic<bool> checkpoint_ = false;
    std::mutex mutex_; // of events_ and control_ and paused_
    std::condition_variable changed_;
    bool paused_ = false;
    std::jthread watcher_; // last: it ends before what it uses
};

// What to do about `error`, one sentence; empty where the message says it all.
std::string advice_for(const std::exception& error);

} // namespace cdra::engine
