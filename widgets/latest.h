// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Work off the event loop, of which only the newest request's result counts. At most one request runs and one
// waits: a newer one replaces the waiting one and asks the running one to stop. Late results are dropped.
//
//     LatestOnly<Plan> plans_{[this](Plan plan) { show(std::move(plan)); }, [this](QString why) {
//     complain(why); }}; plans_.request([map, options](const std::stop_token& stop) { return make_plan(*map,
//     options, sink, stop); });
//
// Create, call and destroy it on one thread (with an event loop); `deliver` and `failed` run there. The work
// runs on QThreadPool's threads and must hold (not borrow) what it reads. Cancelled ends quietly, other
// exceptions go to `failed`. Destruction does not wait: the work's result is dropped.
#pragma once

#include "core/base/error.h"

#include <QMetaObject>
#include <QObject>
#include <QRunnable>
#include <QString>
#include <QThreadPool>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace cdra::widgets {

template <class Result>
class LatestOnly {
  public:
    using Work = std::function<Result(const std::stop_token&)>;

    explicit LatestOnly(std::function<void(Result)> deliver, std::function<void(QString)> failed = {})
        : state_(std::make_shared<State>()), receiver_(std::make_unique<QObject>()) {
        state_->deliver = std::move(deliver);
        state_->failed = std::move(failed);
        state_->receiver = receiver_.get();
    }
    ~LatestOnly() {
        const std::lock_guard lock(state_->mutex);
        state_->receiver = nullptr;
        state_->waiting.reset();
        state_->stop.request_stop();
    }
    LatestOnly(const LatestOnly&) = delete;
    LatestOnly& operator=(const LatestOnly&) = delete;

    void request(Work work) {
        const std::lock_guard lock(state_->mutex);
        ++state_->newest;
        if (state_->running) {
            state_->stop.request_stop();
            state_->waiting = std::move(work);
        } else {
            start(state_, std::move(work));
        }
    }
    // Drops what runs and waits.
    void cancel() {
        const std::lock_guard lock(state_->mutex);
        state_->settled = ++state_->newest;
        state_->waiting.reset();
        state_->stop.request_stop();
    }
    // The newest request's result is still to be delivered.
    bool busy() const {
        const std::lock_guard lock(state_->mutex);
        return state_->settled != state_->newest;
    }

  private:
    struct State {
        mutable std::mutex mutex;
        QObject* receiver = nullptr; // null once the owner is gone
        std::function<void(Result)> deliver;
        std::function<void(QString)> failed;
        std::optional<Work> waiting;
        std::stop_source stop;
        quint64 newest = 0;  // number of the newest request or cancel
        quint64 settled = 0; // number of the last one delivered, failed or cancelled
        bool running = false;
    };

    // With the mutex held.
    static void start(const std::shared_ptr<State>& state, Work work) {
        state->running = true;
        state->stop = std::stop_source();
        QThreadPool::globalInstance()->start(
            [state, work = std::move(work), number = state->newest, stop = state->stop.get_token()] {
                auto result = std::make_shared<std::optional<Result>>();
                QString failure;
                bool cancelled = false;
                try {
                    *result = work(stop);
                } catch (const Cancelled&) {
                    cancelled = true;
                } catch (const std::exception& error) {
                    failure = QString::fromUtf8(error.what());
                }
                finish(state, number, result, failure, cancelled);
            });
    }
    static void finish(const std::shared_ptr<State>& state, quint64 number,
                       const std::shared_ptr<std::optional<Result>>& result, const QString& failure,
                       bool cancelled) {
        const std::lock_guard lock(state->mutex);
        state->running = false;
        if (!state->receiver) return;
        if (cancelled && number == state->newest) state->settled = number;
        if (!cancelled && number == state->newest) {
            // The number is looked at again on the owner's thread: a request made meanwhile wins.
            QMetaObject::invokeMethod(
                state->receiver,
                [state, number, result, failure] {
                    {
                        const std::lock_guard inner(state->mutex);
                        if (number != state->newest || !state->receiver) return;
                        state->settled = number;
                    }
                    if (*result)
                        state->deliver(std::move(**result));
                    else if (state->failed)
                        state->failed(failure);
                },
                Qt::QueuedConnection);
        }
        if (state->waiting) {
            Work next = std::move(*state->waiting);
            state->waiting.reset();
            start(state, std::move(next));
        }
    }

    std::shared_ptr<State> state_;
    std::unique_ptr<QObject> receiver_;
};

} // namespace cdra::widgets
