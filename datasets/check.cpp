// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/dataset.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace cdra::datasets {

std::vector<BadSample> check(const Dataset& dataset, int threads, ProgressSink& progress,
                             const std::stop_token& stop) {
    struct Item {
        const std::string* split;
        std::size_t index;
    };
    std::vector<Item> items;
    for (const std::string& split : dataset.splits()) {
        if (split == "trainval") continue; // the same images as train's and val's
        for (std::size_t i = 0; i < dataset.samples(split).size(); ++i)
            items.push_back({&split, i});
    }
    const auto total = static_cast<std::int64_t>(items.size());
    progress.report({"check", 0, total, ""});

    std::mutex mutex;
    std::vector<std::pair<std::size_t, BadSample>> bad;
    std::atomic<std::size_t> next = 0, done = 0;
    const auto work = [&](bool reports) {
        for (std::size_t at = next++; at < items.size() && !stop.stop_requested(); at = next++) {
            const auto& [split, index] = items[at];
            try {
                const Image image = dataset.load(*split, index);
                if (dataset.task() == Task::segmentation)
                    check_same_size(dataset.samples(*split)[index], image, dataset.load_labels(*split, index));
            } catch (const std::exception& error) {
                const std::lock_guard lock(mutex);
                bad.emplace_back(at, BadSample{*split, dataset.samples(*split)[index].name, error.what()});
            }
            const std::size_t finished = ++done;
            // Only the calling thread reports, as a sink expects.
            if (reports && finished % 64 == 0)
                progress.report({"check", static_cast<std::int64_t>(finished), total, ""});
        }
    };
    {
        std::vector<std::jthread> others;
        for (int i = 1; i < threads; ++i)
            others.emplace_back(work, false);
        work(true);
    }
    throw_if_stopped(stop);
    progress.report({"check", total, total, ""});
    std::sort(bad.begin(), bad.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<BadSample> result;
    for (auto& [at, sample] : bad)
        result.push_back(std::move(sample));
    return result;
}

} // namespace cdra::datasets
