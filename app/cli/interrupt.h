// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Ctrl-C and SIGTERM as a stop token, for the commands that compute in this process.
#pragma once

#include <signal.h>

#include <ctime>
#include <stop_token>
#include <thread>

namespace cdra::cli {

// From construction on the two signals are taken by a thread of its own, which requests the stop; the mask is put
// back on destruction (a program started afterwards would inherit it).
class Interrupt {
  public:
    Interrupt() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGINT);
        sigaddset(&signals_, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
        waiter_ = std::jthread([this](const std::stop_token& ended) {
            const timespec interval{0, 50'000'000};
            while (!ended.stop_requested())
                if (::sigtimedwait(&signals_, nullptr, &interval) > 0) source_.request_stop();
        });
    }
    ~Interrupt() {
        waiter_.request_stop();
        waiter_.join();
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    std::stop_token token() const { return source_.get_token(); }

  private:
    sigset_t signals_{}, before_{};
    std::stop_source source_;
    std::jthread waiter_;
};

} // namespace cdra::cli
