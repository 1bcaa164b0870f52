// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A worker killed with SIGKILL at random moments and resumed ends in the very bytes of one that was never stopped.
#include "core/base/atomic_file.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QProcess>
#include <QtTest>

#include <algorithm>
#include <random>
#include <string>

namespace {

using cdra::job::JobPaths;

struct Outcome {
    int code = -1;
    QString output, errors;
};

QString cdra_program() { return QStringLiteral(CDRA_BIN_DIR "/cdra"); }

Outcome run(const QStringList& arguments) {
    QProcess process;
    process.start(cdra_program(), arguments);
    if (!process.waitForFinished(300000)) return {};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

QString text(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

std::string adapter_bytes(const std::filesystem::path& run_folder) {
    return cdra::read_text_file(run_folder / "adapter" / "adapter.safetensors");
}

// The step the last resume of this job went on from; -1 if it never resumed.
std::int64_t resumed_from(const std::filesystem::path& run_folder) {
    std::int64_t step = -1;
    for (const auto& event : cdra::job::read_events(JobPaths(run_folder).events))
        if (const auto* resumed = std::get_if<cdra::job::ResumedEvent>(&event.what)) step = resumed->step;
    return step;
}

} // namespace

class KillResumeTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() {
        cdra::test::write_tiny_vit(folder_ / "vit.safetensors");
        cdra::test::write_tiny_images(folder_ / "images");
        const auto sensitivity = run({"sensitivity", "--model", text(folder_ / "vit.safetensors"), "--data",
                                      text(folder_ / "images"), "--image-size", "32", "--samples", "40", "--out",
                                      text(folder_ / "S.h5")});
        QVERIFY2(sensitivity.code == 0, qPrintable(sensitivity.errors));
        const auto plan = run({"plan", text(folder_ / "S.h5"), "--gamma", "0.05", "--out", text(folder_ / "P.h5")});
        QVERIFY2(plan.code == 0, qPrintable(plan.errors));

        QElapsedTimer timer;
        timer.start();
        const auto reference = run(train_arguments(folder_ / "reference"));
        QVERIFY2(reference.code == 0, qPrintable(reference.errors));
        reference_milliseconds_ = static_cast<int>(timer.elapsed());
        QVERIFY(adapter_bytes(folder_ / "reference").size() > 1000);
    }

    void the_same_run_twice_gives_the_same_bytes() {
        const auto again = run(train_arguments(folder_ / "again"));
        QVERIFY2(again.code == 0, qPrintable(again.errors));
        QVERIFY(adapter_bytes(folder_ / "again") == adapter_bytes(folder_ / "reference"));
    }

    void killed_at_random_moments() {
        const auto want = adapter_bytes(folder_ / "reference");
        std::mt19937 random(7);
        int resumed_midway = 0;
        for (int round = 0; round < 10; ++round) {
            const auto job = folder_ / ("killed" + std::to_string(round));
            QProcess worker;
            worker.start(cdra_program(), train_arguments(job));
            QVERIFY(worker.waitForStarted());
            // A random moment of the run's life, from the first checkpoint to the end.
            std::uniform_int_distribution<int> wait(reference_milliseconds_ / 10, reference_milliseconds_ * 9 / 10);
            const QDeadlineTimer first_checkpoint(60000);
            while (!std::filesystem::exists(JobPaths(job).events) && !first_checkpoint.hasExpired() &&
                   worker.state() == QProcess::Running)
                QTest::qWait(5);
            QTest::qWait(wait(random) / 2);
            worker.kill();
            QVERIFY(worker.state() == QProcess::NotRunning || worker.waitForFinished()); // it may have been quicker than the kill
            QVERIFY(!cdra::job::is_alive(JobPaths(job)));

            const auto resumed = run({"resume", text(job)});
            QVERIFY2(resumed.code == 0, qPrintable(resumed.errors));
            if (resumed_from(job) > 0) ++resumed_midway;
            QVERIFY2(adapter_bytes(job) == want, qPrintable(QStringLiteral("round %1, resumed from step %2")
                                                                .arg(round)
                                                                .arg(resumed_from(job))));
        }
        qInfo("10 kills, %d resumed past step 0", resumed_midway);
        QVERIFY2(resumed_midway >= 3, "the kills came too early or too late to prove anything");
    }

  private:
    QStringList train_arguments(const std::filesystem::path& job) const {
        return {"train",    "--model",           text(folder_ / "vit.safetensors"), "--data", text(folder_ / "images"),
                "--method", "cdra",              "--plan",  text(folder_ / "P.h5"), "--image-size", "32",
                "--epochs", "20",                "--batch-size", "16",  "--checkpoint-every", "2", "--seed", "3",
                "--device", "cpu",  "--threads", "1",             "--out",   text(job)};
    }

    cdra::test::TemporaryFolder folder_;
    int reference_milliseconds_ = 0;
};

QTEST_GUILESS_MAIN(KillResumeTest)
#include "kill_resume_test.moc"
