// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/loader.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace cdra::datasets {

// Workers take single samples in order, so that a batch is shared among them; at most `prefetch` batches
// beyond the one being delivered are under way.
struct Loader::State {
    const Dataset& dataset;
    const std::string split;
    const Preprocessing how;
    const LoaderOptions options;
    const std::size_t image_values;
    const bool cached, masked;

    struct Ready {
        std::vector<float> image;
        std::vector<std::uint8_t> mask; // empty in classification
    };
    struct Slot {
        Batch batch;
        std::size_t missing = 0;
        std::size_t failed_at = 0; // the first bad sample decides, whichever thread met it first
        std::exception_ptr failure;
    };

    std::mutex mutex;
    std::condition_variable work_or_room, ready;
    std::vector<std::uint32_t> order;
    std::uint64_t seed = 0;
    std::size_t next_sample = 0, delivered = 0, batches = 0;
    std::map<std::size_t, Slot> slots;
    std::vector<std::shared_ptr<const Ready>> cache;
    std::size_t cache_room = 0;
    bool stopping = false;
    std::exception_ptr broken; // of a thread that could not even begin a batch
    std::vector<std::jthread> workers; // last: they end before what they use

    State(const Dataset& data, std::string name, Preprocessing pre, LoaderOptions opt)
        : dataset(data), split(std::move(name)), how(std::move(pre)), options(opt),
          image_values(3 * static_cast<std::size_t>(how.image_size) *
                       static_cast<std::size_t>(how.image_size)),
          cached(!opt.training || how.augment == "none"), masked(data.task() == Task::segmentation) {
        if (how.image_size < 1 || how.image_size > 8192)
            throw InputError("image size " + std::to_string(how.image_size) +
                             " is not possible; expected 1 to 8192");
        if (options.batch_size < 1)
            throw InputError("batch size " + std::to_string(options.batch_size) +
                             " is not possible; expected 1 or more");
        cache.resize(dataset.samples(split).size());
        cache_room = cached ? options.cache_bytes / (image_values * sizeof(float) + mask_values()) : 0;
    }
    ~State() { stop(); }

    void stop() {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        work_or_room.notify_all();
        workers.clear();
        slots.clear();
        broken = nullptr;
    }

    std::size_t mask_values() const { return masked ? image_values / 3 : 0; }
    std::size_t batch_size() const { return static_cast<std::size_t>(options.batch_size); }
    std::size_t size_of(std::size_t batch) const {
        return std::min(batch_size(), order.size() - batch * batch_size());
    }

    Slot& slot_of(std::size_t batch) { // under the mutex
        auto [at, fresh] = slots.try_emplace(batch);
        Slot& slot = at->second;
        if (fresh) try {
            slot.missing = size_of(batch);
            slot.batch.size = static_cast<int>(slot.missing);
            slot.batch.images.resize(slot.missing * image_values);
            slot.batch.labels.resize(slot.missing);
            slot.batch.masks.resize(slot.missing * mask_values());
            slot.batch.indices.resize(slot.missing);
        } catch (...) { // no memory: a slot half made must not be met again
            slots.erase(at);
            throw;
        }
        return slot;
    }

    void prepare(std::uint32_t index, std::span<float> image, std::span<std::uint8_t> mask) {
        if (cached) {
            std::shared_ptr<const Ready> kept;
            {
                const std::lock_guard lock(mutex);
                kept = cache[index];
            }
            if (kept) {
                std::copy(kept->image.begin(), kept->image.end(), image.begin());
                std::copy(kept->mask.begin(), kept->mask.end(), mask.begin());
                return;
            }
        }
        const std::uint64_t own = mix_seed(mix_seed(options.augmentation_seed, seed), index);
        const Image loaded = dataset.load(split, index);
        preprocess(loaded, how, options.training, own, image);
        if (masked) {
            const LabelImage labels = dataset.load_labels(split, index);
            check_same_size(dataset.samples(split)[index], loaded, labels);
            preprocess_labels(labels, how, options.training, own, mask);
        }
        if (!cached) return;
        const std::lock_guard lock(mutex);
        if (cache_room > 0 && !cache[index]) {
            cache[index] = std::make_shared<const Ready>(
                Ready{{image.begin(), image.end()}, {mask.begin(), mask.end()}});
            --cache_room;
        }
    }

    void run() {
        const auto& samples = dataset.samples(split);
        std::unique_lock lock(mutex);
        for (;;) {
            work_or_room.wait(lock, [&] {
                return stopping || next_sample >= order.size() ||
                       next_sample / batch_size() <=
                           delivered + static_cast<std::size_t>(std::max(options.prefetch, 0));
            });
            if (stopping || next_sample >= order.size()) return;
            const std::size_t sample = next_sample++;
            const std::size_t batch = sample / batch_size(), place = sample % batch_size();
            Slot* made = nullptr; // stays where it is: a std::map moves nothing
            try {
                made = &slot_of(batch);
            } catch (...) { // under the mutex still; the caller of next() hears of it
                broken = std::current_exception();
                ready.notify_all();
                return;
            }
            Slot& slot = *made;
            lock.unlock();
            const std::uint32_t index = order[sample];
            slot.batch.labels[place] = samples[index].label;
            slot.batch.indices[place] = index;
            std::exception_ptr failure;
            try {
                prepare(index, std::span(slot.batch.images).subspan(place * image_values, image_values),
                        std::span(slot.batch.masks).subspan(place * mask_values(), mask_values()));
            } catch (...) {
                failure = std::current_exception();
            }
            lock.lock();
            if (failure && (!slot.failure || place < slot.failed_at)) {
                slot.failure = failure;
                slot.failed_at = place;
            }
            if (--slot.missing == 0) ready.notify_all();
        }
    }
};

Loader::Loader(const Dataset& dataset, std::string split, Preprocessing how, LoaderOptions options)
    : state_(std::make_unique<State>(dataset, std::move(split), std::move(how), options)) {}

Loader::~Loader() = default;

void Loader::start(std::vector<std::uint32_t> order, std::uint64_t augmentation_seed,
                   std::size_t skip_batches) {
    State& s = *state_;
    s.stop();
    for (const std::uint32_t index : order)
        if (index >= s.cache.size())
            throw InputError("sample " + std::to_string(index) + " of split '" + s.split +
                             "' does not exist; there are " + std::to_string(s.cache.size()));
    s.stopping = false;
    s.order = std::move(order);
    s.seed = augmentation_seed;
    s.batches = (s.order.size() + s.batch_size() - 1) / s.batch_size();
    s.delivered = std::min(skip_batches, s.batches);
    s.next_sample = s.delivered * s.batch_size();
    for (int i = 0; i < std::max(s.options.threads, 1); ++i)
        s.workers.emplace_back([&s] { s.run(); });
}

bool Loader::next(Batch& batch) {
    State& s = *state_;
    std::unique_lock lock(s.mutex);
    if (s.delivered >= s.batches) return false;
    State::Slot& slot = s.slot_of(s.delivered);
    s.ready.wait(lock, [&] { return slot.missing == 0 || s.broken; });
    if (s.broken) {
        s.delivered = s.batches;
        s.next_sample = s.order.size();
        const std::exception_ptr broken = s.broken;
        lock.unlock();
        s.work_or_room.notify_all();
        std::rethrow_exception(broken);
    }
    const std::exception_ptr failure = slot.failure;
    if (failure) {
        s.delivered = s.batches; // the pass ends here
        s.next_sample = s.order.size();
    } else {
        batch = std::move(slot.batch);
        s.slots.erase(s.delivered);
        ++s.delivered;
    }
    lock.unlock();
    s.work_or_room.notify_all();
    if (failure) std::rethrow_exception(failure);
    return true;
}

} // namespace cdra::datasets
