// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/commands/worker.h"

#include "core/job/terminal_progress.h"

#include <c10/util/Exception.h>
#include <chrono>
#include <csignal>
#include <iostream>
#include <new>
#include <sys/resource.h>

namespace cdra::engine {

namespace {

using Clock = std::chrono::steady_clock;

// Set in a signal handler, read by the watcher: a stop source itself may not be touched in a handler.
std::atomic<int> signals_received = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void count_signal(int) {
    signals_received.fetch_add(1, std::memory_order_relaxed);
}

void handle_signals() {
    struct sigaction action {};
    action.sa_handler = count_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM})
        ::sigaction(signal, &action, nullptr);
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string first_line(std::string text) {
    if (const auto end = text.find('\n'); end != std::string::npos) text.resize(end);
    return text;
}

bool out_of_memory(const std::string& message) {
    return message.find("out of memory") != std::string::npos ||
           message.find("can't allocate memory") != std::string::npos ||
           message.find("not enough memory") != std::string::npos;
}

// Without the place in LibTorch's source that the CPU allocator puts before its message.
std::string without_place(const std::string& message) {
    constexpr std::string_view allocator = "DefaultCPUAllocator: ";
    const auto at = message.find(allocator);
    return at == std::string::npos ? message : message.substr(at + allocator.size());
}

constexpr const char* less_memory =
    "use a smaller --batch-size (with --accumulate to keep the step's size) or a "
    "smaller --image-size; the last good checkpoint is kept";

} // namespace

// Progress events are few, whatever the loop reports: a window and a log should not drown.
class Worker::Sink final : public ProgressSink {
  public:
    explicit Sink(Worker& worker) : worker_(worker), terminal_(worker.quiet_) {}

    void note(const std::string& line) { terminal_.note(line); }

    void report(const Progress& progress) override {
        terminal_.report(progress);
        if (!worker_.events_) return;
        try {
            write(progress);
        } catch (const std::exception& error) { // a full disk ends the work where it writes its results
            if (!std::exchange(complained_, true)) std::cerr << "cdra: " << error.what() << '\n';
        }
    }

  private:
    void write(const Progress& progress) {
        const std::lock_guard guard(mutex_);
        const bool begins = progress.stage != stage_;
        const auto eta = eta_.update(progress);
        if (begins) {
            stage_ = progress.stage;
            worker_.write(job::StageEvent{stage_});
        }
        const bool ends = progress.total > 0 && progress.done >= progress.total;
        if (!begins && !ends && seconds_since(written_) < 0.2) return;
        written_ = Clock::now();
        worker_.write(
            job::ProgressEvent{progress.stage, progress.done, progress.total, eta, progress.message});
    }

    Worker& worker_;
    job::TerminalProgress terminal_;
    std::mutex mutex_;
    std::string stage_;
    job::EtaEstimate eta_;
    Clock::time_point written_;
    bool complained_ = false;
};

Worker::Worker(const job::Output& output, const std::string& folder, const std::string& command_line,
               bool goes_on)
    : quiet_(output.quiet) {
    if (!folder.empty()) {
        paths_.emplace(folder);
        // Whoever started us may have made the folder; a job has begun when it has events.
        if (!job::holds_job(*paths_)) job::create_job_folder(*paths_, command_line);
        lock_ = std::make_unique<job::JobLock>(*paths_);
        if (!goes_on && !job::read_events(paths_->events).empty())
            throw InputError(folder +
                             " already holds a job that has run; choose another folder, or go on with "
                             "'cdra resume'");
        control_ = std::make_unique<job::ControlReader>(*paths_);
        events_ = std::make_unique<job::EventWriter>(paths_->events);
        tensorboard_ = std::make_unique<job::TensorBoardWriter>(paths_->folder);
        // The desktop stays smooth while a job computes. Not being allowed to is no reason to fail.
        ::setpriority(PRIO_PROCESS, 0, 10);
    }
    sink_ = std::make_unique<Sink>(*this);
    signals_received = 0;
    handle_signals();
    watcher_ = std::jthread([this](const std::stop_token& end) { watch(end); });
}

Worker::~Worker() = default;

ProgressSink& Worker::progress() noexcept {
    return *sink_;
}

void Worker::watch(const std::stop_token& end) {
    while (!end.stop_requested()) {
        if (signals_received.load(std::memory_order_relaxed) > 0) stop_.request_stop();
        poll();
        if (stop_.stop_requested()) changed_.notify_all();
        std::this_thread::sleep_for(std::chrono::milliseconds(stop_.stop_requested() ? 100 : 50));
    }
}

void Worker::poll() {
    if (signals_received.load(std::memory_order_relaxed) > 0) stop_.request_stop();
    if (!control_) return;
    const std::lock_guard guard(mutex_);
    for (const job::ControlWord word : control_->poll())
        switch (word) {
        case job::ControlWord::stop:
            stop_.request_stop();
            break;
        case job::ControlWord::pause:
            paused_ = true;
            break;
        case job::ControlWord::resume:
            paused_ = false;
            break;
        case job::ControlWord::checkpoint:
            checkpoint_ = true;
            break;
        }
    changed_.notify_all();
}

void Worker::wait_while_paused() {
    poll();
    {
        const std::lock_guard guard(mutex_);
        if (!paused_) return;
    }
    if (stop_.stop_requested()) return;
    write(job::PausedEvent{step_});
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !paused_ || stop_.stop_requested(); });
    }
    if (!stop_.stop_requested()) write(job::ResumedEvent{step_});
}

void Worker::write(decltype(job::Event::what) what) {
    const std::lock_guard guard(mutex_);
    if (!events_) return;
    if (const auto* metric = std::get_if<job::MetricEvent>(&what); metric && tensorboard_)
        tensorboard_->scalar(metric->step, metric->split + "/" + metric->name, metric->value);
    events_->write(std::move(what));
}

void Worker::cut_events_after(std::int64_t step) {
    const std::lock_guard guard(mutex_);
    if (!events_) return;
    events_.reset(); // the cut gives the name to another file
    job::cut_events_after(paths_->events, step);
    tensorboard_.reset();
    job::cut_tensorboard_after(paths_->folder, step);
    tensorboard_ = std::make_unique<job::TensorBoardWriter>(paths_->folder);
    events_ = std::make_unique<job::EventWriter>(paths_->events);
}

void Worker::log(const std::string& level, const std::string& message) {
    if (level == "info")
        sink_->note(message);
    else
        std::cerr << level << ": " << message << '\n';
    write(job::LogEvent{level, message});
}

void Worker::run(const std::function<void()>& body) {
    const auto start = Clock::now();
    const auto fail = [&](const std::exception& error) {
        try { // the disk may be full: the caller shall hear of the first failure, not of this one
            write(job::ErrorEvent{error.what(), advice_for(error)});
        } catch (const std::exception&) {
        }
    };
    try {
        try {
            body();
            write(job::DoneEvent{seconds_since(start)});
        } catch (const c10::Error& error) {
            const std::string message = first_line(error.what_without_backtrace());
            if (stop_.stop_requested()) throw Cancelled{};
            throw Error(out_of_memory(message) ? "out of memory: " + without_place(message) + "; " + less_memory : message);
        } catch (const std::bad_alloc&) {
            throw Error(std::string("out of memory: the machine has no more; ") + less_memory);
        }
    } catch (const Cancelled&) {
        try {
            write(job::StoppedEvent{step_});
        } catch (const std::exception&) {
        }
        throw;
    } catch (const std::exception& error) {
        fail(error);
        throw;
    }
}

std::string advice_for(const std::exception& error) {
    const std::string message = error.what();
    if (out_of_memory(message)) return less_memory;
    if (message.find("o space left") != std::string::npos)
        return "free some space on that disk, then run 'cdra resume'; what was saved before is whole";
    if (message.find("not finite") != std::string::npos)
        return "lower --lr, raise --warmup-epochs or use --precision fp32, then start anew or resume from the last "
               "good checkpoint, which is kept";
    return {};
}

} // namespace cdra::engine
