// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What a run survives. The worker dies at every file operation of a checkpoint save (before it, within a write, and by
// SIGTERM at it) and goes on to the very bytes of a run that never stopped; full disks, read-only folders, changed
// and vanished inputs, a second worker, a clock that jumps, no memory and a loss that is not a number each end in one
// clear line, with the last good checkpoint usable.
#include "core/base/atomic_file.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QProcess>
#include <QtTest>

#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>

namespace {

using cdra::job::JobPaths;
namespace fs = std::filesystem;

struct Outcome {
    int code = -1;
    bool crashed = false;
    QString errors;

    // The last line: what the program says; progress and notes stand before it.
    QString verdict() const { return errors.trimmed().section(QLatin1Char('\n'), -1); }
};

struct Fault {
    QString match, action;
    int at = 0;
    fs::path log{};
    rlim_t memory = 0;    // bytes of address space; 0: as they are
    rlim_t file_size = 0; // bytes of any one file
    bool clock = false;
};

QString text(const fs::path& path) { return QString::fromStdString(path.string()); }

Outcome run(const QStringList& arguments, const Fault& fault = {}) {
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("OMP_NUM_THREADS"), QStringLiteral("1"));
    if (!fault.match.isEmpty() || fault.clock) {
        environment.insert(QStringLiteral("LD_PRELOAD"), QStringLiteral(CDRA_FAULT_SHIM));
        environment.insert(QStringLiteral("CDRA_FAULT_MATCH"), fault.match);
        environment.insert(QStringLiteral("CDRA_FAULT_ACTION"), fault.action);
        environment.insert(QStringLiteral("CDRA_FAULT_AT"), QString::number(fault.at));
        environment.insert(QStringLiteral("CDRA_FAULT_LOG"), text(fault.log));
        if (fault.clock) environment.insert(QStringLiteral("CDRA_FAULT_CLOCK"), QStringLiteral("1"));
    }
    process.setProcessEnvironment(environment);
    if (fault.memory > 0 || fault.file_size > 0)
        process.setChildProcessModifier([memory = fault.memory, file_size = fault.file_size] {
            const rlimit space{memory, memory}, size{file_size, file_size};
            if (memory > 0) ::setrlimit(RLIMIT_AS, &space);
            if (file_size > 0) ::setrlimit(RLIMIT_FSIZE, &size);
        });
    process.start(QStringLiteral(CDRA_BIN_DIR "/cdra"), arguments);
    if (!process.waitForFinished(300000)) return {};
    return {process.exitCode(), process.exitStatus() == QProcess::CrashExit, QString::fromUtf8(process.readAllStandardError())};
}

std::string adapter_bytes(const fs::path& run_folder) {
    return cdra::read_text_file(run_folder / "adapter" / "adapter.safetensors");
}

bool leftovers(const fs::path& folder) {
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".tmp") return true;
    return false;
}

struct Operation {
    int number = 0;
    std::string kind, path;
};
std::vector<Operation> operations(const fs::path& log) {
    std::vector<Operation> all;
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        Operation operation;
        words >> operation.number >> operation.kind >> operation.path;
        all.push_back(operation);
    }
    return all;
}

} // namespace

class FaultTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() {
        cdra::test::write_tiny_vit(folder_ / "vit.safetensors");
        cdra::test::write_tiny_images(folder_ / "images");
        const auto reference = run(train(folder_ / "reference"));
        QVERIFY2(reference.code == 0, qPrintable(reference.errors));
        want_ = adapter_bytes(folder_ / "reference");
        QVERIFY(want_.size() > 1000);
    }

    void killed_at_every_operation_of_a_save() {
        const fs::path log = folder_ / "operations.log";
        QCOMPARE(run(train(folder_ / "logged"), {"/checkpoints/", "", 0, log}).code, 0);
        // The third save and all that goes with it, to the first operation of the next: the pruning of older ones too. A
        // checkpoint lies before it, and steps after.
        std::vector<Operation> save;
        bool within = false;
        for (const Operation& operation : operations(log)) {
            const auto is_of = [&](const char* step) {
                return operation.path.find(std::string("/.") + step + ".safetensors") != std::string::npos ||
                       operation.path.ends_with(std::string("/") + step + ".safetensors");
            };
            within = is_of("6") || (within && !is_of("8"));
            if (within) save.push_back(operation);
        }
        const auto of_kind = [&](const char* kind) {
            return std::ranges::count_if(save, [&](const Operation& operation) { return operation.kind.starts_with(kind); });
        };
        QVERIFY2(save.size() >= 6 && of_kind("open") > 1 && of_kind("write") > 0 && of_kind("fsync") > 0 && of_kind("rename") == 1 &&
                     of_kind("remove") + of_kind("unlink") > 0,
                 qPrintable(QString::number(save.size())));
        int points = 0;
        for (const Operation& operation : save)
            for (const char* action : {"kill", "torn", "term"}) {
                if (std::string(action) == "torn" && operation.kind != "write") continue;
                const auto job = folder_ / ("fault" + std::to_string(points++));
                const auto first = run(train(job), {"/checkpoints/", action, operation.number, {}});
                const QString where = QStringLiteral("%1 at %2 (%3)").arg(action, QString::fromStdString(operation.kind)).arg(operation.number);
                // A stop is heard between steps: a run so short may end before it is.
                if (std::string(action) == "term" && first.code == 0) {
                    QVERIFY2(adapter_bytes(job) == want_, qPrintable(where));
                    fs::remove_all(job);
                    continue;
                }
                if (std::string(action) == "term") QVERIFY2(first.code == 130, qPrintable(where + first.errors));
                else QVERIFY2(first.crashed || first.code != 0, qPrintable(where));
                const auto resumed = run({"resume", text(job)});
                QVERIFY2(resumed.code == 0, qPrintable(where + ": " + resumed.errors));
                QVERIFY2(adapter_bytes(job) == want_, qPrintable(where));
                std::int64_t from = -1;
                for (const auto& event : cdra::job::read_events(JobPaths(job).events))
                    if (const auto* went_on = std::get_if<cdra::job::ResumedEvent>(&event.what)) from = went_on->step;
                QVERIFY2(from >= 4, qPrintable(QStringLiteral("%1: went on from step %2").arg(where).arg(from))); // step 4's was complete
                fs::remove_all(job);
            }
        qInfo("%d points of one save (%d operations): every one resumed to the same bytes", points, static_cast<int>(save.size()));
    }

    void a_full_disk_at_every_write() {
        const fs::path log = folder_ / "writes.log";
        QCOMPARE(run(train(folder_ / "disk"), {"/disk/", "", 0, log}).code, 0);
        const auto all = operations(log);
        QVERIFY(all.size() > 20);
        fs::remove_all(folder_ / "disk");
        int points = 0;
        // Spread over the run's life: its folder, events, checkpoints, results.
        for (std::size_t i = 0; i < all.size(); i += std::max<std::size_t>(1, all.size() / 16)) {
            const auto job = folder_ / "disk";
            const fs::path seen = folder_ / "seen.log";
            fs::remove(seen);
            const auto full = run(train(job), {"/disk/", "enospc", all[i].number, seen});
            // Progress is written by the clock, so this run may have ended before, or had nothing more to write: then it
            // says so, and everything is there.
            if (full.code == 0) {
                QVERIFY(adapter_bytes(job) == want_ && fs::exists(JobPaths(job).results));
                fs::remove_all(job);
                continue;
            }
            const QString where = QStringLiteral("%1 %2: ").arg(QString::fromStdString(all[i].kind)).arg(all[i].number);
            QVERIFY2(full.code == 1, qPrintable(where + QString::number(full.code) + full.errors));
            QVERIFY2(full.verdict().startsWith("cdra: ") && (full.verdict().contains("space") || full.verdict().contains("disk full")), qPrintable(where + full.errors));
            QVERIFY(!leftovers(job));
            if (fs::exists(JobPaths(job).project)) {
                const auto resumed = run({"resume", text(job)});
                QVERIFY2(resumed.code == 0, qPrintable(where + resumed.errors));
                QVERIFY2(adapter_bytes(job) == want_, qPrintable(where));
            }
            fs::remove_all(job);
            ++points;
        }
        QVERIFY(points >= 8);
        qInfo("a full disk at %d places", points);
    }

    // No file may grow beyond this: what a quota or 'ulimit -f' does. The kernel would end the program with a signal.
    void a_limit_on_the_size_of_files() {
        Fault fault;
        fault.file_size = 20000; // less than a checkpoint
        const auto job = folder_ / "limited";
        const auto outcome = run(train(job), fault);
        QVERIFY2(outcome.code == 1 && !outcome.crashed, qPrintable(QString::number(outcome.code) + outcome.errors));
        QVERIFY2(outcome.verdict().startsWith("cdra: ") && outcome.verdict().contains("limit on the size of files"), qPrintable(outcome.errors));
        QVERIFY(!leftovers(job));
        const auto resumed = run({"resume", text(job)});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.errors));
        QVERIFY(adapter_bytes(job) == want_);
    }

    void a_folder_that_becomes_read_only() {
        const auto job = folder_ / "frozen";
        QCOMPARE(run(train(job), {"/checkpoints/", "term", 20, {}}).code, 130);
        const auto outcome = run({"resume", text(job)}, {"/frozen/", "erofs", 1, {}});
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.verdict().startsWith("cdra: ") && outcome.verdict().contains("read-only", Qt::CaseInsensitive), qPrintable(outcome.errors));
        QCOMPARE(run({"resume", text(job)}).code, 0);
        QVERIFY(adapter_bytes(job) == want_);
    }

    void a_read_only_folder() {
        const auto outcome = run(train(folder_ / "sealed"), {"/sealed/", "erofs", 1, {}});
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.verdict().contains("read-only", Qt::CaseInsensitive) || outcome.verdict().contains("Read-only"), qPrintable(outcome.errors));
    }

    void inputs_that_change() {
        const auto job = folder_ / "moved";
        QCOMPARE(run(train(job), {"/checkpoints/", "term", 20, {}}).code, 130);
        fs::rename(folder_ / "images", folder_ / "elsewhere");
        auto outcome = run({"resume", text(job)});
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.verdict().contains("images"), qPrintable(outcome.errors));
        fs::rename(folder_ / "elsewhere", folder_ / "images");

        const auto image = *fs::recursive_directory_iterator(folder_ / "images" / "train" / "class1");
        fs::rename(image, folder_ / "images" / "train" / "class0" / "zz.ppm");
        outcome = run({"resume", text(job)});
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.verdict().contains("has changed since"), qPrintable(outcome.errors));
        fs::rename(folder_ / "images" / "train" / "class0" / "zz.ppm", image);

        fs::rename(folder_ / "vit.safetensors", folder_ / "kept.safetensors");
        cdra::test::write_tiny_vit(folder_ / "vit.safetensors", {.seed = 9});
        outcome = run({"resume", text(job)});
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.verdict().contains("has changed since"), qPrintable(outcome.errors));
        fs::rename(folder_ / "kept.safetensors", folder_ / "vit.safetensors");

        QCOMPARE(run({"resume", text(job)}).code, 0);
        QVERIFY(adapter_bytes(job) == want_);
    }

    void two_workers_on_one_folder() {
        const auto job = folder_ / "shared";
        QProcess first;
        first.start(QStringLiteral(CDRA_BIN_DIR "/cdra"), train(job, "2000"));
        QVERIFY(first.waitForStarted());
        // Any checkpoint: earlier ones are pruned faster than one can look.
        QTRY_VERIFY_WITH_TIMEOUT(fs::exists(JobPaths(job).checkpoints) && !fs::is_empty(JobPaths(job).checkpoints), 60000);
        const auto second = run({"resume", text(job)});
        QCOMPARE(second.code, 2);
        QVERIFY2(second.verdict().contains("running already"), qPrintable(second.errors));
        first.terminate();
        QVERIFY(first.waitForFinished(60000));
        QCOMPARE(first.exitCode(), 130);
    }

    void a_clock_that_jumps() {
        Fault fault;
        fault.clock = true;
        QCOMPARE(run(train(folder_ / "clock"), fault).code, 0);
        QVERIFY(adapter_bytes(folder_ / "clock") == want_);
    }

    void no_memory() {
        Fault fault;
        fault.memory = rlim_t{4} << 30;
        const auto outcome = run({"train", "--model", text(folder_ / "vit.safetensors"), "--data", text(folder_ / "images"), "--method", "full",
                                  "--image-size", "1024", "--batch-size", "64", "--epochs", "1", "--device", "cpu", "--threads", "1", "--out",
                                  text(folder_ / "large")},
                                 fault);
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.verdict().contains("out of memory"), qPrintable(outcome.errors));
    }

    void a_loss_that_is_no_number() {
        const auto job = folder_ / "diverged";
        auto arguments = train(job);
        arguments << "--lr" << "1e30" << "--min-lr" << "1e29" << "--warmup-epochs" << "0";
        const auto outcome = run(arguments);
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.verdict().contains("not finite"), qPrintable(outcome.errors));
    }

    // It diverges between two checkpoints: the one before is what it was, and with the old rate the run ends in the same bytes.
    void a_loss_that_is_no_number_later_on() {
        const auto job = folder_ / "diverged-later";
        QCOMPARE(run(train(job), {"/checkpoints/", "term", 20, {}}).code, 130);
        const auto project = JobPaths(job).project;
        const auto before = cdra::read_text_file(project);
        const auto at = before.find("\nlr = ");
        QVERIFY(at != std::string::npos);
        auto changed = before;
        changed.replace(at, changed.find('\n', at + 1) - at, "\nlr = 1e300"); // beyond float32
        cdra::write_file_atomically(project, changed);
        const auto outcome = run({"resume", text(job)});
        QVERIFY2(outcome.code == 1, qPrintable(QString::number(outcome.code) + outcome.errors));
        QVERIFY2(outcome.verdict().startsWith("cdra: ") && outcome.verdict().contains("not finite"), qPrintable(outcome.errors));
        cdra::write_file_atomically(project, before);
        const auto resumed = run({"resume", text(job)});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.errors));
        QVERIFY(adapter_bytes(job) == want_);
    }

  private:
    QStringList train(const fs::path& job, const QString& epochs = QStringLiteral("2")) const {
        return {"train",    "--model",      text(folder_ / "vit.safetensors"), "--data", text(folder_ / "images"), "--method", "lora",
                "--image-size", "32",       "--epochs", epochs, "--batch-size", "16",  "--checkpoint-every", "2", "--seed", "3",
                "--device", "cpu",          "--threads", "1",   "--out",   text(job)};
    }

    cdra::test::TemporaryFolder folder_;
    std::string want_;
};

QTEST_GUILESS_MAIN(FaultTest)
#include "fault_test.moc"
