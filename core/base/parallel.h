// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A loop over independent pieces on a few threads. Which thread takes which piece is left to chance, so a
// piece's result must not depend on it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace cdra {

// Calls work(thread, piece) for every piece in [0, pieces), thread in [0, threads). The first exception is
// rethrown when all threads have ended; the pieces not begun by then are left out.
template <class Work>
void parallel_for(int threads, std::size_t pieces, Work work) {
    const auto workers =
        std::min(static_cast<std::size_t>(std::max(threads, 1)), std::max<std::size_t>(pieces, 1));
    if (workers == 1) {
        for (std::size_t piece = 0; piece < pieces; ++piece)
            work(std::size_t{0}, piece);
        return;
    }
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    const auto run = [&](std::size_t thread) {
        try {
            for (std::size_t piece = next++; piece < pieces; piece = next++)
                work(thread, piece);
        } catch (...) {
            next = pieces;
            const std::lock_guard guard(mutex);
            if (!failure) failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t thread = 1; thread < workers; ++thread)
            others.emplace_back(run, thread);
        run(0);
    }
    if (failure) std::rethrow_exception(failure);
}

} // namespace cdra
