// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/io_thread.h"

namespace cdra::workbench {

IoThread::IoThread(QObject* parent)
    : QObject(parent), thread_([this](const std::stop_token& quit) { loop(quit); }) {}

IoThread::~IoThread() {
    thread_.request_stop();
    for (auto& [key, pending] : pending_) pending.stop.request_stop();
    {
        const std::scoped_lock lock(mutex_);
        queue_.clear();
        running_.request_stop();
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

std::uint64_t IoThread::begin(const QString& key) {
    if (const auto older = pending_.find(key); older != pending_.end()) older->second.stop.request_stop();
    const std::uint64_t ticket = next_ticket_++;
    pending_[key] = {ticket, std::stop_source{}};
    emit busy_changed(key);
    return ticket;
}

void IoThread::enqueue(const QString& key, std::uint64_t, std::function<void(const std::stop_token&)> body) {
    {
        const std::scoped_lock lock(mutex_);
        queue_.push_back({pending_.at(key).stop, std::move(body)});
    }
    wake_.notify_one();
}

void IoThread::finish(const QString& key, std::uint64_t ticket, const std::function<void()>& deliver) {
    const auto found = pending_.find(key);
    if (found == pending_.end() || found->second.ticket != ticket) return; // outdated
    pending_.erase(found);
    deliver();
    emit busy_changed(key);
}

void IoThread::cancel(const QString& key) {
    const auto found = pending_.find(key);
    if (found == pending_.end()) return;
    found->second.stop.request_stop();
    pending_.erase(found);
    emit busy_changed(key);
}

void IoThread::loop(const std::stop_token& quit) {
    while (!quit.stop_requested()) {
        Task task;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, quit, [this] { return !queue_.empty(); })) return;
            task = std::move(queue_.front());
            queue_.pop_front();
            running_ = task.stop;
        }
        if (!task.stop.stop_requested()) task.body(task.stop.get_token());
    }
}

} // namespace cdra::workbench
