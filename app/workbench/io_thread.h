// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The one thread that calls libhdf5, which is not safe to call from several. Requests run in order; a newer one under the
// same key cancels the older one and drops its result. (Work that may run anywhere goes through widgets/latest.h.)
#pragma once

#include "core/base/error.h"

#include <QObject>
#include <QPointer>
#include <QString>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace cdra::workbench {

class IoThread : public QObject {
    Q_OBJECT
  public:
    explicit IoThread(QObject* parent = nullptr);
    ~IoThread() override; // asks the running task to stop and waits for it; waiting tasks never run

    // `work` runs on the thread; `done` or `failed` (a message; never for a cancelled task) later on the event loop.
    template <class T>
    void run(const QString& key, std::function<T(const std::stop_token&)> work, std::function<void(T)> done,
             std::function<void(const QString&)> failed) {
        const std::uint64_t ticket = begin(key);
        enqueue(key, ticket, [this, key, ticket, work = std::move(work), done = std::move(done),
                              failed = std::move(failed)](const std::stop_token& stop) {
            std::function<void()> deliver;
            try {
                auto value = std::make_shared<T>(work(stop));
                deliver = [done, value] { done(std::move(*value)); };
            } catch (const Cancelled&) {
                deliver = [] {};
            } catch (const std::exception& error) {
                deliver = [failed, message = QString::fromUtf8(error.what())] { failed(message); };
            }
            QMetaObject::invokeMethod(this, [this, key, ticket, deliver] { finish(key, ticket, deliver); },
                                      Qt::QueuedConnection);
        });
    }
    // Cancels what is under way under `key` and drops its result.
    void cancel(const QString& key);
    bool busy(const QString& key) const { return pending_.contains(key); }

  signals:
    void busy_changed(const QString& key);

  private:
    struct Task {
        std::stop_source stop;
        std::function<void(const std::stop_token&)> body;
    };
    struct Pending {
        std::uint64_t ticket;
        std::stop_source stop;
    };
    std::uint64_t begin(const QString& key);
    void enqueue(const QString& key, std::uint64_t ticket, std::function<void(const std::stop_token&)> body);
    void finish(const QString& key, std::uint64_t ticket, const std::function<void()>& deliver);
    void loop(const std::stop_token& quit);

    std::map<QString, Pending> pending_; // event loop only
    std::uint64_t next_ticket_ = 1;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Task> queue_;
    std::stop_source running_;
    std::jthread thread_; // last: ends before what it uses
};

} // namespace cdra::workbench
