// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/events.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/file_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

namespace cdra::job {
namespace {

// Far above any event; a longer run without a line end is damage, not an event.
constexpr std::size_t longest_line = std::size_t{16} << 20;
constexpr std::size_t read_size = std::size_t{1} << 18;

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
    throw IoError(path.string() + ": cannot " + what + ": " + std::strerror(errno));
}

double now() {
    using namespace std::chrono;
    return duration<double>(system_clock::now().time_since_epoch()).count();
}

void write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(path, "append an event");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

bool ends_torn(int descriptor) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 || status.st_size == 0) return false;
    char last = '\n';
    return ::pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != '\n';
}

// The step of an event that belongs to one; nullopt for the others.
std::optional<std::int64_t> step_of(const Event& event) {
    if (const auto* metric = std::get_if<MetricEvent>(&event.what)) return metric->step;
    if (const auto* checkpoint = std::get_if<CheckpointEvent>(&event.what)) return checkpoint->step;
    if (const auto* stopped = std::get_if<StoppedEvent>(&event.what)) return stopped->step;
    if (const auto* paused = std::get_if<PausedEvent>(&event.what)) return paused->step;
    if (const auto* resumed = std::get_if<ResumedEvent>(&event.what)) return resumed->step;
    return std::nullopt;
}

// What only a run's end has: a run that goes on has not ended.
bool is_ending(const Event& event) {
    return std::holds_alternative<ResultEvent>(event.what) || std::holds_alternative<ErrorEvent>(event.what) ||
           std::holds_alternative<DoneEvent>(event.what);
}

} // namespace

EventWriter::EventWriter(const std::filesystem::path& path) : path_(path) {
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file) fail(path, "open");
    // After a crash the last line may lack its end; the next event must not be glued to it.
    if (ends_torn(file.get())) write_all(file.get(), "\n", path);
    descriptor_ = file.release();
}

EventWriter::~EventWriter() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void EventWriter::write(decltype(Event::what) what) {
    write_all(descriptor_, to_line({now(), std::move(what)}) + '\n', path_);
}

struct EventReader::Followed {
    FileDescriptor file; // kept open so that a replaced file never has the same inode
};

EventReader::EventReader(std::filesystem::path path) : path_(std::move(path)) {}

std::vector<Event> EventReader::poll(std::size_t limit) {
    std::vector<Event> events;
    struct stat status{};
    if (::stat(path_.c_str(), &status) != 0) return events;
    struct stat followed{};
    const bool open = followed_ && ::fstat(followed_->file.get(), &followed) == 0;
    const bool replaced = open && (followed.st_ino != status.st_ino || followed.st_dev != status.st_dev);
    if (replaced || (open && static_cast<std::uintmax_t>(status.st_size) < offset_)) {
        restarted_ = true;
        offset_ = 0;
        partial_.clear();
    }
    if (!open || replaced) {
        FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file) return events;
        followed_ = std::make_shared<Followed>(Followed{std::move(file)});
    }
    std::vector<char> buffer(read_size);
    while (true) {
        std::size_t begin = 0;
        for (std::size_t end; events.size() < limit && (end = partial_.find('\n', begin)) != std::string::npos;
             begin = end + 1)
            if (auto event = parse_line(std::string_view(partial_).substr(begin, end - begin)))
                events.push_back(std::move(*event));
        partial_.erase(0, begin);
        if (events.size() >= limit) return events;
        if (partial_.size() > longest_line) partial_.clear();
        const ssize_t got =
            ::pread(followed_->file.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset_));
        if (got <= 0) return events;
        offset_ += static_cast<std::uintmax_t>(got);
        partial_.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

bool EventReader::restarted() { return std::exchange(restarted_, false); }

std::vector<Event> read_events(const std::filesystem::path& path) {
    EventReader reader(path);
    std::vector<Event> events;
    while (true) {
        std::vector<Event> more = reader.poll();
        if (more.empty()) return events;
        events.insert(events.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
}

void cut_events_after(const std::filesystem::path& path, std::int64_t step) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return; // nothing was written yet
    std::string kept;
    bool past = false; // progress after the first event past the step belongs to what is cut
    for (std::string line; std::getline(file, line);) {
        if (file.eof()) break; // the last line has no end: torn
        const std::optional<Event> event = parse_line(line);
        if (!event || is_ending(*event)) continue;
        const std::optional<std::int64_t> at = step_of(*event);
        if (at && *at > step) {
            past = true;
            continue;
        }
        if (past && std::holds_alternative<ProgressEvent>(event->what)) continue;
        kept += line + '\n';
    }
    write_file_atomically(path, kept);
}

} // namespace cdra::job
