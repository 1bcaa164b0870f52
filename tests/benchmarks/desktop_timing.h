// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What the desktop benchmark measures with, and how it says what came out: a table for people on standard error, one JSON
// object a line on standard output for programs.
#pragma once

#include <QApplication>
#include <QByteArray>
#include <QEvent>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMetaObject>
#include <QThread>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdra::benchmark {

inline double thread_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

// CPU time of every outermost handler of the event loop.
class TimedApplication : public QApplication {
  public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override {
        if (QThread::currentThread() != thread()) return QApplication::notify(receiver, event); // another thread's own loop
        class Depth {
          public:
            explicit Depth(int& depth) : depth_(depth) { ++depth_; }
            ~Depth() { --depth_; }

          private:
            int& depth_;
        } const depth(depth_);
        if (depth_ > 1) return QApplication::notify(receiver, event);
        const double before = thread_ms();
        const QByteArray who = receiver->metaObject()->className() + QByteArray(" ") + receiver->objectName().toUtf8();
        const int type = event->type();
        const bool taken = QApplication::notify(receiver, event);
        handlers.push_back({thread_ms() - before, who, type});
        return taken;
    }
    struct Handler {
        double ms;
        QByteArray who; // class and object name
        int type;
    };
    std::vector<Handler> handlers;

  private:
    int depth_ = 0;
};

inline double quantile(std::vector<double> values, double q) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, std::size_t(q * double(values.size())))];
}

// `limit` is held against the quantile `judged` (0.5: the median).
struct Limit {
    double most = 0;
    double judged = 0.5;
};

inline int misses = 0;
inline std::map<std::string, double> medians; // of everything said, ms

inline void say(const std::string& what, const std::vector<double>& values, const char* clock, std::optional<Limit> limit = {},
                const QByteArray& slowest = {}) {
    const double middle = quantile(values, 0.5), most = quantile(values, 1), judged = limit ? quantile(values, limit->judged) : 0;
    const bool holds = !limit || judged <= limit->most;
    misses += !holds;
    medians[what] = middle;
    std::fprintf(stderr, "%-62s median %8.2f  90th %8.2f  99.9th %8.2f  largest %8.2f ms %s (%zu)", what.c_str(), middle, quantile(values, 0.9),
                 quantile(values, 0.999), most, clock, values.size());
    if (limit) std::fprintf(stderr, "  %s %g", holds ? "within" : "ABOVE", limit->most);
    if (!slowest.isEmpty()) std::fprintf(stderr, "  [%s]", slowest.constData());
    std::fprintf(stderr, "\n");
    QJsonObject line{{"benchmark", "desktop"}, {"measure", QString::fromStdString(what)}, {"unit", "ms"}, {"clock", clock},
                     {"median", middle},       {"p90", quantile(values, 0.9)},            {"p999", quantile(values, 0.999)},
                     {"largest", most},        {"count", qint64(values.size())}};
    if (limit) {
        line["limit"] = limit->most;
        line["limit_quantile"] = limit->judged;
        line["holds"] = holds;
    }
    if (!slowest.isEmpty()) line["slowest"] = QString::fromUtf8(slowest);
    std::printf("%s\n", QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
}

inline void say_count(const std::string& what, qint64 found, qint64 of, bool judged) {
    const bool holds = !judged || found == of;
    misses += !holds;
    std::fprintf(stderr, "%-62s %lld of %lld%s\n", what.c_str(), static_cast<long long>(found), static_cast<long long>(of), holds ? "" : "  MISSING");
    QJsonObject line{{"benchmark", "desktop"}, {"measure", QString::fromStdString(what)}, {"unit", "cells"}, {"found", found}, {"of", of}};
    if (judged) line["holds"] = holds;
    std::printf("%s\n", QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
}

// The handlers since the last call, held against 10 ms at the 99.9th percentile.
inline void say_handlers(TimedApplication& app, const std::string& phase) {
    std::vector<double> times;
    for (const auto& handler : app.handlers) times.push_back(handler.ms);
    auto ranked = app.handlers;
    std::ranges::sort(ranked, std::greater<>(), &TimedApplication::Handler::ms);
    QByteArray slowest;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, ranked.size()); ++i)
        slowest += (i ? ", " : "") + ranked[i].who.trimmed() + " event " + QByteArray::number(ranked[i].type) + ": " + QByteArray::number(ranked[i].ms, 'f', 1);
    say("handlers of the event loop: " + phase, times, "cpu", Limit{10, 0.999}, slowest);
    app.handlers.clear();
}

} // namespace cdra::benchmark
