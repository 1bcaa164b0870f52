// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/terminal_progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace cdra::job {
namespace {

using namespace std::chrono_literals;

int terminal_width(std::FILE* out) {
    winsize size{};
    return ::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

std::string counts(const Progress& progress) {
    if (progress.total <= 0) return std::to_string(progress.done);
    return std::to_string(progress.done) + "/" + std::to_string(progress.total);
}

} // namespace

std::optional<double> EtaEstimate::update(const Progress& progress, Clock::time_point now) {
    if (progress.stage != stage_ || progress.done < last_) { // another stage, or the same once more
        stage_ = progress.stage;
        began_ = now;
        first_ = progress.done;
    }
    last_ = progress.done;
    const std::int64_t done = progress.done - first_;
    if (progress.total <= 0 || done <= 0) return std::nullopt;
    const double seconds = std::chrono::duration<double>(now - began_).count();
    return seconds / static_cast<double>(done) * static_cast<double>(std::max<std::int64_t>(progress.total - progress.done, 0));
}

std::string format_duration(double seconds) {
    const auto whole = static_cast<long long>(std::llround(std::clamp(seconds, 0.0, 1e9)));
    char text[48];
    if (whole >= 3600) std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    else std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
    return text;
}

TerminalProgress::TerminalProgress(bool quiet, std::FILE* out)
    : out_(out), quiet_(quiet), terminal_(::isatty(::fileno(out)) == 1) {}

TerminalProgress::~TerminalProgress() { end_line(); }

void TerminalProgress::end_line() {
    if (!open_line_) return;
    std::fputc('\n', out_);
    std::fflush(out_);
    open_line_ = false;
}

void TerminalProgress::note(const std::string& line) {
    if (quiet_) return;
    const std::lock_guard lock(mutex_);
    std::fprintf(out_, "%s%s\n", open_line_ ? "\r\033[K" : "", line.c_str());
    std::fflush(out_);
    open_line_ = false;
}

void TerminalProgress::report(const Progress& progress) {
    if (quiet_) return;
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const bool begins = progress.stage != stage_;
    const bool ends = progress.total > 0 && progress.done >= progress.total;
    const std::optional<double> eta = eta_.update(progress, now);
    if (begins) {
        end_line();
        stage_ = progress.stage;
        last_tenth_ = -1;
        ended_ = false;
    }
    if (!ends) ended_ = false; // the same stage once more
    const int tenth = progress.total > 0 ? static_cast<int>(progress.done * 10 / progress.total) : 0;
    // A terminal is redrawn ten times a second at most. A log gets a line a tenth, but not more than one a second (a
    // quick stage says only that it has ended), and one every half minute where a tenth takes long.
    const bool due = terminal_ ? begins || now - last_ >= 100ms
                               : (tenth != last_tenth_ && now - last_ >= 1s) || now - last_ >= 30s;
    if (begins && !terminal_) last_ = now;
    if (ended_ || (!due && !ends) || (begins && !ends && !terminal_)) return;
    ended_ = ends;
    last_ = now;
    last_tenth_ = tenth;
    draw(progress, eta);
    if (terminal_ && ends) end_line();
}

void TerminalProgress::draw(const Progress& progress, std::optional<double> eta) {
    std::string text = progress.stage + " " + counts(progress);
    if (progress.total > 0) text += " (" + std::to_string(std::min<std::int64_t>(100, progress.done * 100 / progress.total)) + " %)";
    if (eta && progress.done < progress.total) text += ", " + format_duration(*eta) + " left";
    if (!progress.message.empty()) text += ", " + progress.message;
    if (!terminal_) {
        std::fprintf(out_, "%s\n", text.c_str());
        std::fflush(out_);
        return;
    }
    const int width = terminal_width(out_) - 1;
    std::string line;
    constexpr int cells = 20;
    if (progress.total > 0 && width > 60) {
        const auto full = static_cast<std::size_t>(std::clamp<std::int64_t>(progress.done * cells / progress.total, 0, cells));
        line.append("[").append(full, '#').append(cells - full, '.').append("] ");
    }
    line += text;
    if (line.size() > static_cast<std::size_t>(width)) line.resize(static_cast<std::size_t>(width));
    std::fprintf(out_, "\r%s\033[K", line.c_str());
    std::fflush(out_);
    open_line_ = true;
}

} // namespace cdra::job
