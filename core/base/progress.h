// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// How a long computation talks to whoever started it: it never knows a window or a terminal.
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <stop_token>
#include <string>

namespace cdra {

struct Progress {
    std::string stage; // machine word, e.g. "sensitivity", "train", "evaluate"
    std::int64_t done = 0;
    std::int64_t total = 0; // 0: unknown
    std::string message;    // one short sentence for people, may be empty
};

// Called from the computing thread, at least at the start and the end of every stage. Implementations must be
// quick and must not throw.
class ProgressSink {
  public:
    virtual ~ProgressSink() = default;
    virtual void report(const Progress& progress) = 0;
};

// Ignores everything.
class NullProgress final : public ProgressSink {
  public:
    void report(const Progress&) override {}
};

// Throws Cancelled if a stop was requested. Long loops call it at least every 100 ms of work.
inline void throw_if_stopped(const std::stop_token& stop) {
    if (stop.stop_requested()) throw Cancelled{};
}

} // namespace cdra
