// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Progress for people on standard error: a bar with an ETA on a terminal, now and then a line elsewhere.
#pragma once

#include "core/base/progress.h"

#include <chrono>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>

namespace cdra::job {

// Seconds left, from the share done since the stage began; nullopt while nothing can be said.
class EtaEstimate {
  public:
    using Clock = std::chrono::steady_clock;
    std::optional<double> update(const Progress& progress, Clock::time_point now = Clock::now());

  private:
    std::string stage_;
    Clock::time_point began_;
    std::int64_t first_ = 0; // done when the stage began: a resumed run does not begin at 0
    std::int64_t last_ = 0;
};

// "1:05", "2:03:04".
std::string format_duration(double seconds);

class TerminalProgress final : public ProgressSink {
  public:
    // `quiet` reports nothing at all. Thread-safe.
    explicit TerminalProgress(bool quiet, std::FILE* out = stderr);
    ~TerminalProgress() override; // ends an unfinished bar's line
    void report(const Progress& progress) override;
    // One line above the bar ("resumed from step 120"); nothing if quiet.
    void note(const std::string& line);

  private:
    void draw(const Progress& progress, std::optional<double> eta);
    void end_line();

    std::mutex mutex_;
    std::FILE* out_;
    bool quiet_, terminal_, open_line_ = false, ended_ = false;
    EtaEstimate eta_;
    std::string stage_;
    std::chrono::steady_clock::time_point last_;
    int last_tenth_ = -1;
};

} // namespace cdra::job
