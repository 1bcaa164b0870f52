// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/events.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>

#include <cmath>
#include <fstream>
#include <limits>

using namespace cdra;
using namespace cdra::job;

namespace {

std::vector<decltype(Event::what)> one_of_each() {
    return {StageEvent{"train"},
            ProgressEvent{"train", 3, 10, 1.5, "epoch 1"},
            MetricEvent{7, 0.5, "val", "accuracy", 0.75},
            LogEvent{"info", "a \"quoted\" line\nwith a break"},
            CheckpointEvent{7, "checkpoints/7", true},
            ResultEvent{"test/accuracy", 0.5},
            ErrorEvent{"loss is not a number", "lower the learning rate"},
            StoppedEvent{9},
            PausedEvent{8},
            ResumedEvent{8},
            DoneEvent{12.5}};
}

void append(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

MetricEvent metric(std::int64_t step) { return {step, static_cast<double>(step) / 10, "train", "loss", 1.0 / static_cast<double>(step)}; }

} // namespace

class JobEventsTest : public QObject {
    Q_OBJECT
  private slots:
    void every_kind_survives_its_line() {
        for (const auto& what : one_of_each()) {
            const Event event{1234.5, what};
            const std::string line = to_line(event);
            QVERIFY2(line.find('\n') == std::string::npos, line.c_str());
            const auto read = parse_line(line);
            QVERIFY2(read.has_value(), line.c_str());
            QCOMPARE(read->what.index(), what.index());
            QCOMPARE(to_line(*read), line);
        }
        QCOMPARE(to_line({1, MetricEvent{2, 0.5, "val", "loss", 0.25}}),
                 std::string(R"({"time":1.0,"type":"metric","step":2,"epoch":0.5,"split":"val","name":"loss","value":0.25})"));
    }

    void a_diverged_loss_is_kept() {
        const auto read = parse_line(to_line({1, MetricEvent{1, 1, "train", "loss", std::numeric_limits<double>::quiet_NaN()}}));
        QVERIFY(read && std::isnan(std::get<MetricEvent>(read->what).value));
    }

    void what_is_no_event_is_skipped() {
        QVERIFY(!parse_line(""));
        QVERIFY(!parse_line(R"({"time":1,"type":"metric","step":)"));
        QVERIFY(!parse_line(R"({"time":1,"type":"of a later version"})"));
        QVERIFY(!parse_line(R"({"time":1,"type":"metric","step":"seven"})"));
        QVERIFY(!parse_line(R"({"time":1,"type":"paused","step":3e39})")); // no int64
        QVERIFY(!parse_line("[1,2]"));
    }

    void the_reader_follows_and_waits_for_the_line_end() {
        const test::TemporaryFolder folder;
        const auto path = folder / "events.jsonl";
        EventReader reader(path);
        QVERIFY(reader.poll().empty()); // not there yet
        EventWriter writer(path);
        writer.write(metric(1));
        QCOMPARE(reader.poll().size(), std::size_t{1});
        QVERIFY(reader.poll().empty());
        const std::string line = to_line({1, metric(2)});
        append(path, line.substr(0, 20));
        QVERIFY(reader.poll().empty());
        append(path, line.substr(20) + "\n");
        const auto events = reader.poll();
        QCOMPARE(events.size(), std::size_t{1});
        QCOMPARE(std::get<MetricEvent>(events[0].what).step, 2);
        QVERIFY(!reader.restarted());
    }

    void the_limit_loses_nothing() {
        const test::TemporaryFolder folder;
        EventWriter writer(folder / "e");
        for (int step = 1; step <= 5000; ++step) writer.write(metric(step));
        EventReader reader(folder / "e");
        std::int64_t next = 1;
        while (true) {
            const auto events = reader.poll(17);
            QVERIFY(events.size() <= 17);
            if (events.empty()) break;
            for (const Event& event : events) QCOMPARE(std::get<MetricEvent>(event.what).step, next++);
        }
        QCOMPARE(next, 5001);
    }

    void a_torn_last_line_is_ignored_and_not_glued_to_the_next() {
        const test::TemporaryFolder folder;
        const auto path = folder / "e";
        EventWriter(path).write(metric(1));
        append(path, R"({"time":1,"type":"met)");
        QCOMPARE(read_events(path).size(), std::size_t{1});
        EventWriter(path).write(metric(2));
        const auto events = read_events(path);
        QCOMPARE(events.size(), std::size_t{2});
        QCOMPARE(std::get<MetricEvent>(events[1].what).step, 2);
    }

    void a_cut_keeps_the_past_and_the_reader_starts_again() {
        const test::TemporaryFolder folder;
        const auto path = folder / "e";
        EventReader reader(path);
        {
            EventWriter writer(path);
            writer.write(StageEvent{"train"});
            for (int step = 1; step <= 6; ++step) {
                writer.write(metric(step));
                writer.write(ProgressEvent{"train", step, 10, {}, ""});
                if (step % 2 == 0) writer.write(CheckpointEvent{step, "c", false});
            }
            writer.write(LogEvent{"warn", "kept"});
            writer.write(ResultEvent{"test/accuracy", 0.5});
            writer.write(ErrorEvent{"no space", ""});
            writer.write(StoppedEvent{6});
            writer.write(DoneEvent{1});
            append(path, R"({"time":1,"ty)");
        }
        QVERIFY(!reader.poll().empty());
        cut_events_after(path, 4);
        // Long enough that the file's size alone tells nothing.
        EventWriter writer(path);
        for (int step = 5; step <= 60; ++step) writer.write(metric(step));
        const auto events = reader.poll();
        QVERIFY(reader.restarted());
        QVERIFY(!reader.restarted());
        std::int64_t metrics = 0, checkpoints = 0, progress = 0, logs = 0;
        for (const Event& event : events) {
            if (const auto* one = std::get_if<MetricEvent>(&event.what)) QCOMPARE(one->step, ++metrics);
            else if (std::holds_alternative<CheckpointEvent>(event.what)) ++checkpoints;
            else if (std::holds_alternative<ProgressEvent>(event.what)) ++progress;
            else if (std::holds_alternative<LogEvent>(event.what)) ++logs;
            else QVERIFY(std::holds_alternative<StageEvent>(event.what));
        }
        QCOMPARE(metrics, 60);
        QCOMPARE(checkpoints, 2);
        QCOMPARE(progress, 4);
        QCOMPARE(logs, 1);
    }

    void a_stop_at_the_very_step_stays() {
        const test::TemporaryFolder folder;
        {
            EventWriter writer(folder / "e");
            writer.write(metric(1));
            writer.write(StoppedEvent{1});
        }
        cut_events_after(folder / "e", 1);
        QCOMPARE(read_events(folder / "e").size(), std::size_t{2});
        cut_events_after(folder / "e", 0);
        QCOMPARE(read_events(folder / "e").size(), std::size_t{0});
    }
};

QTEST_GUILESS_MAIN(JobEventsTest)
#include "job_events_test.moc"
