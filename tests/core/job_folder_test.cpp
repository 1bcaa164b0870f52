// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

using namespace cdra;
using namespace cdra::job;

namespace {

// A process that holds the lock of a job folder until it is told to end, or killed.
class Holder {
  public:
    explicit Holder(const JobPaths& paths) {
        if (::pipe(ready_.data()) != 0 || ::pipe(end_.data()) != 0) return;
        child_ = ::fork();
        if (child_ != 0) {
            ::close(ready_[1]);
            ::close(end_[0]);
            char byte = 0;
            held_ = ::read(ready_[0], &byte, 1) == 1;
            return;
        }
        ::close(ready_[0]);
        ::close(end_[1]);
        try {
            const JobLock lock(paths);
            char byte = 1;
            if (::write(ready_[1], &byte, 1) != 1) ::_exit(1);
            if (::read(end_[0], &byte, 1) < 0) ::_exit(1);
        } catch (const std::exception&) {
            ::_exit(2);
        }
        ::_exit(0);
    }
    ~Holder() { end(); }
    bool held() const { return held_; }
    pid_t process() const { return child_; }
    void kill() {
        ::kill(child_, SIGKILL);
        end();
    }
    void end() {
        if (child_ <= 0) return;
        ::close(end_[1]);
        ::close(ready_[0]);
        ::waitpid(child_, nullptr, 0);
        child_ = 0;
    }

  private:
    std::array<int, 2> ready_{}, end_{};
    pid_t child_ = 0;
    bool held_ = false;
};

} // namespace

class JobFolderTest : public QObject {
    Q_OBJECT
  private slots:
    void a_folder_takes_one_job() {
        const test::TemporaryFolder folder;
        const JobPaths paths(folder / "run");
        QVERIFY(!holds_job(paths));
        create_job_folder(paths, "cdra train --out run");
        QVERIFY(holds_job(paths));
        std::ifstream file(paths.command);
        std::string line;
        std::getline(file, line);
        QCOMPARE(line, std::string("cdra train --out run"));
        for (const auto& path : {paths.events, paths.control, paths.log, paths.checkpoints, paths.adapter})
            QVERIFY(std::filesystem::exists(path));
        QVERIFY_THROWS_EXCEPTION(InputError, create_job_folder(paths, "another"));
    }

    void the_lock_is_seen_and_refused_across_processes() {
        const test::TemporaryFolder folder;
        const JobPaths paths(folder / "run");
        create_job_folder(paths, "c");
        QVERIFY(!is_alive(paths));
        Holder holder(paths);
        QVERIFY(holder.held());
        for (int i = 0; i < 100; ++i) QVERIFY(is_alive(paths));
        std::string message;
        try {
            const JobLock second(paths);
        } catch (const InputError& error) {
            message = error.what();
        }
        QVERIFY2(message.find("is in use by process " + std::to_string(holder.process())) != std::string::npos, message.c_str());
        holder.kill();
        QVERIFY(!is_alive(paths));
        const JobLock lock(paths);
        QVERIFY(is_alive(paths));
    }

    void watching_never_spoils_a_lock() {
        const test::TemporaryFolder folder;
        const JobPaths paths(folder / "run");
        create_job_folder(paths, "c");
        { const JobLock first(paths); } // the file exists
        std::atomic<bool> ended = false;
        std::thread watcher([&] {
            while (!ended) is_alive(paths);
        });
        int taken = 0;
        for (int i = 0; i < 200; ++i) {
            try {
                const JobLock lock(paths);
                ++taken;
            } catch (const InputError&) {
            }
        }
        ended = true;
        watcher.join();
        QCOMPARE(taken, 200);
    }

    void control_words_arrive_in_order_and_once() {
        const test::TemporaryFolder folder;
        const JobPaths paths(folder / "run");
        create_job_folder(paths, "c");
        send(paths, ControlWord::stop); // before the worker began: not for it
        ControlReader reader(paths);
        QVERIFY(reader.poll().empty());
        send(paths, ControlWord::pause);
        send(paths, ControlWord::checkpoint);
        std::ofstream(paths.control, std::ios::app) << "nonsense\nresu";
        QVERIFY(reader.poll() == (std::vector{ControlWord::pause, ControlWord::checkpoint}));
        std::ofstream(paths.control, std::ios::app) << "me\n";
        QVERIFY(reader.poll() == (std::vector{ControlWord::resume}));
        QVERIFY(reader.poll().empty());
    }

    void states() {
        const test::TemporaryFolder folder;
        const JobPaths paths(folder / "run");
        create_job_folder(paths, "c");
        const auto state = [&] { return QString::fromStdString(std::string(name_of(read_state(paths)))); };
        QCOMPARE(state(), "queued");
        Holder worker(paths);
        QVERIFY(worker.held());
        QCOMPARE(state(), "running");
        EventWriter writer(paths.events);
        writer.write(StageEvent{"train"});
        writer.write(PausedEvent{3});
        QCOMPARE(state(), "paused");
        writer.write(ResumedEvent{3});
        QCOMPARE(state(), "running");
        worker.kill();
        QCOMPARE(state(), "dead");
        writer.write(StoppedEvent{4});
        QCOMPARE(state(), "stopped");
        writer.write(ResumedEvent{4});
        writer.write(ErrorEvent{"the disk is full", "make room"});
        QCOMPARE(state(), "failed");
        writer.write(ResumedEvent{4});
        writer.write(DoneEvent{10});
        QCOMPARE(state(), "done");
    }
};

QTEST_GUILESS_MAIN(JobFolderTest)
#include "job_folder_test.moc"
