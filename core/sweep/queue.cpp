// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/sweep/queue.h"

#include "core/base/atomic_file.h"
#include "core/job/events.h"
#include "core/job/file_descriptor.h"
#include "core/job/job_folder.h"
#include "core/job/terminal_progress.h"
#include "core/sweep/status.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <limits>
#include <optional>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace cdra::sweep {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

void lower(Priority priority) {
    if (priority == Priority::normal) return;
    if (::nice(priority == Priority::idle ? 19 : 5) == -1) errno = 0; // a courtesy, not a condition
    const sched_param parameter{};
    if (priority == Priority::idle && ::sched_setscheduler(0, SCHED_IDLE, &parameter) != 0) errno = 0;
}

// Starts `arguments` in a process group of its own: a terminal's Ctrl-C reaches the sweep alone, which passes
// it on.
pid_t start(const std::vector<std::string>& arguments, const fs::path& log, Priority priority) {
    std::vector<std::string> words = arguments;
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    job::FileDescriptor output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!output) throw IoError(log.string() + ": cannot open: " + std::strerror(errno));
    job::FileDescriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const pid_t child = ::fork();
    if (child < 0) throw IoError(std::string("cannot start a process: ") + std::strerror(errno));
    if (child == 0) {
        ::setpgid(0, 0);
        sigset_t all;
        sigemptyset(&all);
        ::sigprocmask(SIG_SETMASK, &all,
                      nullptr); // the sweep waits for signals with a mask, the child does not
        lower(priority);
        ::dup2(null.get(), STDIN_FILENO);
        ::dup2(output.get(), STDOUT_FILENO);
        ::dup2(output.get(), STDERR_FILENO);
        ::execv(pointers[0], pointers.data());
        ::_exit(127);
    }
    return child;
}

// The last line of a log that says something, at most 300 characters.
std::string last_line(const fs::path& log) {
    std::ifstream file(log);
    std::string line, last;
    while (std::getline(file, line))
        if (!line.empty() && line.front() != '{') last = line.substr(0, 300);
    return last;
}

// A sensitivity map's project as the options of 'cdra sensitivity'.
std::vector<std::string> map_arguments(const Run& run, const fs::path& out) {
    const job::Project& project = run.project;
    std::vector<std::string> words{"sensitivity", "--quiet"};
    const auto add = [&](const char* option, const std::string& value) {
        words.insert(words.end(), {option, value});
    };
    const auto add_triple = [&](const char* option, const std::optional<std::array<float, 3>>& value) {
        if (value)
            add(option, text_of(double{(*value)[0]}) + "," + text_of(double{(*value)[1]}) + "," +
                            text_of(double{(*value)[2]}));
    };
    add("--model", project.model.path);
    if (project.model.heads) add("--heads", std::to_string(*project.model.heads));
    add("--pooling", std::string(checkpoint::name_of(project.model.pooling)));
    if (project.model.position_resampling)
        add("--position-resampling", std::string(checkpoint::name_of(*project.model.position_resampling)));
    add("--data", project.data.spec);
    if (project.data.image_size > 0) add("--image-size", std::to_string(project.data.image_size));
    add_triple("--mean", project.data.mean);
    add_triple("--std", project.data.std);
    add("--resize", project.data.resize);
    const job::SensitivityChoice standard;
    add("--estimator", project.sensitivity.estimator);
    // The command knows the estimator's own number of images.
    if (project.sensitivity.samples != standard.samples)
        add("--samples", std::to_string(project.sensitivity.samples));
    if (project.sensitivity.batch_size != standard.batch_size)
        add("--batch-size", std::to_string(project.sensitivity.batch_size));
    add("--device", project.run.device);
    add("--threads", std::to_string(project.run.threads));
    add("--seed", std::to_string(project.run.seed));
    add("--out", (out / run.map).string());
    add("--job", (out / run.folder).string());
    return words;
}

struct Job {
    RunStatus status;
    int cell = -1, candidate = -1; // of the expansion; -1: a map
    pid_t process = 0;             // 0: not ours, or not running
    bool tried = false;            // started in this session
};

class Queue {
  public:
    Queue(const Sweep& sweep, const QueueOptions& options, ProgressSink& progress, std::stop_token stop,
          const std::function<void(const std::string&)>& note)
        : sweep_(sweep), options_(options), progress_(progress), stop_(std::move(stop)), note_(note),
          paths_(options.out), expansion_(expand(sweep)) {}

    SweepStatus run() {
        look(sweep_, options_.out); // refuses folders of other settings before anything is written
        if (!job::holds_job(paths_)) job::create_job_folder(paths_, options_.command_line);
        lock_.emplace(paths_);
        fs::create_directories(options_.out / "queue");
        write_file_atomically(options_.out / "sweep.toml", options_.sweep_toml);
        control_.emplace(paths_);
        events_.emplace(paths_.events);
        events_->write(job::StageEvent{"sweep"});
        began_ = std::chrono::steady_clock::now();
        build();
        const SweepStatus status = loop();
        events_->write(
            job::DoneEvent{std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count()});
        return status;
    }

  private:
    void build() {
        const auto add = [&](const Run& run, int cell, int candidate) {
            Job job{{run, sweep_.tasks[run.task].name, sweep_.rows[run.row].label, {}, none, 0, {}},
                    cell,
                    candidate,
                    0,
                    false};
            read_folder(sweep_, options_.out, job.status);
            if (job.status.state == RunState::failed && options_.retry_failed)
                job.status.state = RunState::waiting;
            jobs_.push_back(std::move(job));
        };
        for (const Run& map : expansion_.maps)
            add(map, -1, -1);
        for (std::size_t c = 0; c < expansion_.cells.size(); ++c)
            for (std::size_t t = 0; t < expansion_.cells[c].trials.size(); ++t)
                add(expansion_.cells[c].trials[t], static_cast<int>(c), static_cast<int>(t));
        chosen_.assign(expansion_.cells.size(), -1);
        // Seed by seed: a whole table of the first seed is there before the second begins.
        const std::size_t seeds =
            expansion_.cells.empty() ? 0 : expansion_.cells.front().finals.front().size();
        for (std::size_t s = 0; s < seeds; ++s)
            for (std::size_t c = 0; c < expansion_.cells.size(); ++c)
                for (std::size_t k = 0; k < expansion_.cells[c].finals.size(); ++k)
                    add(expansion_.cells[c].finals[k][s], static_cast<int>(c), static_cast<int>(k));
    }

    bool is_final(const Job& job) const { return job.status.run.kind == Kind::final; }

    void settle_choices() {
        for (std::size_t c = 0; c < expansion_.cells.size(); ++c) {
            if (chosen_[c] != -1) continue;
            std::vector<RunStatus> trials;
            for (const Job& job : jobs_)
                if (job.cell == static_cast<int>(c) && !is_final(job)) trials.push_back(job.status);
            chosen_[c] = chosen_candidate(expansion_.cells[c], trials);
        }
    }

    // waiting jobs whose needs are met; those whose needs have failed become skipped.
    Job* next() {
        for (Job& job : jobs_) {
            if (job.status.state != RunState::waiting || !counts(job)) continue;
            if (job.status.run.kind == Kind::map && !needed(job)) continue;
            if (is_final(job)) {
                const int chosen = chosen_[static_cast<std::size_t>(job.cell)];
                if (chosen == -1) continue;
                if (chosen == -2) {
                    job.status.state = RunState::skipped;
                    job.status.message = "no trial of it finished";
                    continue;
                }
            }
            if (job.status.run.kind != Kind::map && !job.status.run.map.empty()) {
                const auto map = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& other) {
                    return other.status.run.kind == Kind::map && other.status.run.map == job.status.run.map;
                });
                if (map == jobs_.end() || map->status.state == RunState::failed ||
                    map->status.state == RunState::stopped) {
                    job.status.state = RunState::skipped;
                    job.status.message = "its sensitivity map failed";
                    continue;
                }
                if (map->status.state != RunState::done) continue;
            }
            // A published trial is the first seed's final run, in the same folder.
            const auto same = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& other) {
                return &other != &job && other.status.run.folder == job.status.run.folder &&
                       other.status.state != RunState::waiting;
            });
            if (same != jobs_.end()) {
                if (same->status.state != RunState::running) read_folder(sweep_, options_.out, job.status);
                continue;
            }
            return &job;
        }
        return nullptr;
    }

    // Results that were carried here come without their maps.
    bool needed(const Job& map) const {
        return std::any_of(jobs_.begin(), jobs_.end(), [&](const Job& job) {
            return job.status.run.kind != Kind::map && job.status.run.map == map.status.run.map &&
                   job.status.state == RunState::waiting && counts(job);
        });
    }

    // Finals of candidates that were not chosen are no work; until the choice, the first stands for all.
    bool counts(const Job& job) const {
        return !is_final(job) || job.candidate == std::max(chosen_[static_cast<std::size_t>(job.cell)], 0);
    }

    std::string id(const Job& job) const {
        std::string text = job.status.run.folder.string();
        for (char& c : text)
            if (c == '/') c = '~';
        return text;
    }
    fs::path log_of(const Job& job) const { return options_.out / "queue" / (id(job) + ".log"); }

    void begin(Job& job) {
        Run& run = job.status.run;
        const fs::path folder = options_.out / run.folder;
        const job::JobPaths paths(folder);
        std::error_code error;
        std::vector<std::string> arguments{options_.program.string()};
        job.tried = true;
        if (run.kind == Kind::map) {
            // A map has no checkpoints: it begins anew, and what is left of the last attempt goes.
            fs::remove_all(folder, error);
            fs::create_directories(folder);
            const std::vector<std::string> words = map_arguments(run, options_.out);
            arguments.insert(arguments.end(), words.begin(), words.end());
        } else if (fs::is_regular_file(paths.project, error)) {
            arguments.insert(arguments.end(), {"resume", folder.string(), "--quiet"});
        } else {
            if (job::holds_job(paths)) fs::remove_all(folder, error); // killed before the project was frozen
            job::Project project = run.project;
            if (!run.map.empty()) project.sensitivity.map = (options_.out / run.map).string();
            const fs::path file = options_.out / "queue" / (id(job) + ".toml");
            job::write_project(file, project);
            arguments.insert(arguments.end(), {"train", file.string(), "--out", folder.string(), "--quiet"});
        }
        job.process = start(arguments, log_of(job), options_.priority);
        job.status.state = RunState::running;
        changed_ = true;
    }

    void ended(Job& job, std::optional<int> code) {
        job.process = 0;
        read_folder(sweep_, options_.out, job.status);
        RunStatus& status = job.status;
        if (status.state != RunState::done) {
            const bool stopped = code == exit_codes::stopped;
            if (stopped && stopping_)
                status.state = RunState::waiting;
            else
                status.state = stopped ? RunState::stopped : RunState::failed;
            if (status.state == RunState::failed && status.message.empty())
                status.message = last_line(log_of(job));
            if (status.state == RunState::failed && status.message.empty())
                status.message = "it ended " + (code ? "with exit code " + std::to_string(*code)
                                                     : std::string("without a word"));
        }
        changed_ = true;
        settle_choices();
        std::string line = std::string(name_of(status.state)) + " " + status.run.folder.string();
        if (std::isfinite(status.value)) {
            char text[32];
            std::snprintf(text, sizeof text, ": %.2f %%", 100 * status.value);
            line += text;
        }
        if (!status.message.empty()) line += ": " + status.message;
        const SweepStatus all = summary();
        line += " (" + std::to_string(all.count(RunState::done)) + " of " + std::to_string(all.runs.size()) +
                " done";
        if (all.count(RunState::failed) > 0)
            line += ", " + std::to_string(all.count(RunState::failed)) + " failed";
        if (all.eta_seconds >= 0) line += ", about " + job::format_duration(all.eta_seconds) + " left";
        line += ")";
        note_(line);
        events_->write(job::LogEvent{status.state == RunState::failed ? "warning" : "info", line});
    }

    SweepStatus summary() const {
        SweepStatus status;
        for (const Job& job : jobs_)
            if (counts(job)) {
                status.runs.push_back(job.status);
                if (is_final(job) && chosen_[static_cast<std::size_t>(job.cell)] == -1)
                    status.runs.back().run.chosen.clear();
            }
        status.eta_seconds = estimate(status, options_.jobs);
        return status;
    }

    void publish() {
        const SweepStatus status = summary();
        write_file_atomically(options_.out / "sweep.json", to_json(sweep_, status) + "\n");
        const auto over =
            status.runs.size() - status.count(RunState::waiting) - status.count(RunState::running);
        progress_.report({"sweep", static_cast<std::int64_t>(over),
                          static_cast<std::int64_t>(status.runs.size()),
                          std::to_string(status.count(RunState::running)) + " running"});
        events_->write(job::ProgressEvent{
            "sweep", static_cast<std::int64_t>(over), static_cast<std::int64_t>(status.runs.size()),
            status.eta_seconds >= 0 ? std::optional(status.eta_seconds) : std::nullopt,
            std::to_string(status.count(RunState::running)) + " running"});
        changed_ = false;
    }

    void reap() {
        for (Job& job : jobs_) {
            if (job.status.state != RunState::running) continue;
            if (job.process > 0) {
                int how = 0;
                const pid_t got = ::waitpid(job.process, &how, WNOHANG);
                if (got == job.process)
                    ended(job, WIFEXITED(how) ? std::optional(WEXITSTATUS(how)) : std::nullopt);
                else if (got < 0 && errno == ECHILD)
                    ended(job, std::nullopt);
            } else if (!job::is_alive(job::JobPaths(options_.out / job.status.run.folder))) {
                // A worker of an earlier sweep that was killed: its run goes on as any other that was
                // interrupted.
                read_folder(sweep_, options_.out, job.status);
                changed_ = true;
            }
        }
    }

    void pass_on(job::ControlWord word) {
        for (const Job& job : jobs_)
            if (job.status.state == RunState::running) {
                const job::JobPaths paths(options_.out / job.status.run.folder);
                std::error_code error;
                if (fs::exists(paths.control, error)) job::send(paths, word);
            }
    }

    void listen() {
        for (const job::ControlWord word : control_->poll()) {
            if (word == job::ControlWord::stop) stopping_ = true;
            if (word == job::ControlWord::pause && !paused_) {
                paused_ = true;
                pass_on(word);
                events_->write(job::PausedEvent{0});
            }
            if (word == job::ControlWord::resume && paused_) {
                paused_ = false;
                pass_on(word);
                events_->write(job::ResumedEvent{0});
            }
            if (word == job::ControlWord::checkpoint) pass_on(word);
        }
        if (stop_.stop_requested()) stopping_ = true;
        if (!stopping_ || told_) return;
        told_ = true;
        for (const Job& job : jobs_)
            if (job.process > 0) ::kill(job.process, SIGTERM);
    }

    std::size_t running() const {
        return static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), [](const Job& job) {
            return job.status.state == RunState::running;
        }));
    }
    std::size_t children() const {
        return static_cast<std::size_t>(
            std::count_if(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.process > 0; }));
    }

    SweepStatus loop() {
        settle_choices();
        publish();
        for (;;) {
            listen();
            reap();
            if (stopping_ && children() == 0) {
                publish();
                events_->write(job::StoppedEvent{0});
                throw Cancelled{};
            }
            bool left = running() > 0;
            while (!stopping_ && !paused_ &&
                   running() < static_cast<std::size_t>(std::max(options_.jobs, 1))) {
                Job* job = next();
                if (job == nullptr) break;
                begin(*job);
                left = true;
            }
            if (!left && !paused_) {
                settle_choices();
                if (next() == nullptr) break;
            }
            if (changed_) publish();
            std::this_thread::sleep_for(100ms);
        }
        publish();
        return summary();
    }

    const Sweep& sweep_;
    const QueueOptions& options_;
    ProgressSink& progress_;
    std::stop_token stop_;
    const std::function<void(const std::string&)>& note_;
    job::JobPaths paths_;
    Expansion expansion_;
    std::optional<job::JobLock> lock_;
    std::optional<job::ControlReader> control_;
    std::optional<job::EventWriter> events_;
    std::chrono::steady_clock::time_point began_;
    std::vector<Job> jobs_;
    std::vector<int> chosen_; // by cell: the candidate, -1 not yet, -2 never
    bool stopping_ = false, told_ = false, paused_ = false, changed_ = false;
};

} // namespace

SweepStatus run_queue(const Sweep& sweep, const QueueOptions& options, ProgressSink& progress,
                      const std::stop_token& stop, const std::function<void(const std::string&)>& note) {
    return Queue(sweep, options, progress, stop, note).run();
}

} // namespace cdra::sweep
