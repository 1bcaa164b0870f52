// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// events.jsonl: one JSON object a line, each with "time" (seconds since 1970, UTC) and "type".
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cdra::job {

struct StageEvent { std::string stage; };                       // a stage began
struct ProgressEvent { std::string stage; std::int64_t done = 0, total = 0; std::optional<double> eta_seconds; std::string message; };
struct MetricEvent { std::int64_t step = 0; double epoch = 0; std::string split, name; double value = 0; };
struct LogEvent { std::string level, message; };
struct CheckpointEvent { std::int64_t step = 0; std::string path; bool best = false; };
struct ResultEvent { std::string name; double value = 0; };     // a final figure: "test/accuracy"
struct ErrorEvent { std::string message, advice; };
struct StoppedEvent { std::int64_t step = 0; };
struct PausedEvent { std::int64_t step = 0; };
struct ResumedEvent { std::int64_t step = 0; };                 // "resumed from step N"
struct DoneEvent { double seconds = 0; };

struct Event {
    double time = 0;
    std::variant<StageEvent, ProgressEvent, MetricEvent, LogEvent, CheckpointEvent, ResultEvent, ErrorEvent,
                 StoppedEvent, PausedEvent, ResumedEvent, DoneEvent>
        what;
};

// Metric names: split "train": loss, accuracy, lr, images_per_second, memory_mib (host), gpu_memory_mib,
// grad_norm; split "val" and "test": loss, accuracy. Values are fractions (accuracy 0 … 1), not per cent.

std::string to_line(const Event& event); // without the newline
// nullopt for a line that is not a complete event (a torn last line, an unknown type of a newer version).
std::optional<Event> parse_line(std::string_view line);

// Appends; each event is one write() of one whole line. Throws IoError.
class EventWriter {
  public:
    explicit EventWriter(const std::filesystem::path& path);
    ~EventWriter();
    EventWriter(const EventWriter&) = delete;
    EventWriter& operator=(const EventWriter&) = delete;
    void write(decltype(Event::what) what); // stamps the time

  private:
    int descriptor_ = -1;
    std::filesystem::path path_;
};

// Follows a growing file. poll() returns what came since the last call, at most `limit` events; a file that
// shrank or was replaced (a resume cut it) is read again from the start and restarted() tells so once.
class EventReader {
  public:
    explicit EventReader(std::filesystem::path path);
    std::vector<Event> poll(std::size_t limit = 100000);
    bool restarted();

  private:
    struct Followed;
    std::filesystem::path path_;
    std::shared_ptr<Followed> followed_; // the file being read, to notice when another takes its name
    std::uintmax_t offset_ = 0;
    std::string partial_;
    bool restarted_ = false;
};

std::vector<Event> read_events(const std::filesystem::path& path);
// What a resume does: removes metric, checkpoint, stopped, paused and resumed events past `step`, the progress that
// followed them, and every result, done and error event (a run that goes on has not ended), atomically.
void cut_events_after(const std::filesystem::path& path, std::int64_t step);

} // namespace cdra::job
