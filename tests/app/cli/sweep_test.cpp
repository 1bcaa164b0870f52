// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// A sweep from the outside: real `cdra`, a stand-in for the engine whose accuracy depends on the learning
// rate.
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "core/job/project.h"
#include "tests/app/cli/run_cdra.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>
#include <signal.h>

using namespace cdra;
using cdra::test::Outcome;

namespace {

const char* const sweep_text = R"(
seeds = [3, 4]
[project.model]
path = "vit.safetensors"
heads = 4
[project.data]
image-size = 32
[project.recipe]
epochs = 1
[choose]
max-trials = 3
lr = [0.01, 0.5, 0.02]
[[task]]
name = "bars"
data = "{data}"
[[row]]
method = "linear"
[[row]]
label = "lora-2"
method = "lora"
options = { rank = 2 }
choose = { }
)";


} // namespace

class SweepCommandTest : public QObject {
    Q_OBJECT
    test::TemporaryFolder folder_;
    std::filesystem::path engine_;

    void write(const char* name, const char* text) const { std::ofstream(folder_ / name) << text; }
    QStringList arguments(const QString& out, const QStringList& more = {}) const {
        return QStringList{"sweep", "sweep.toml", "--data", "images", "--out", out, "--json", "--quiet"} +
               more;
    }
    Outcome sweep(const QString& out, const QStringList& more = {}) const {
        return test::run_cdra(arguments(out, more), folder_.path(), engine_);
    }
    int calls() const {
        std::ifstream file(folder_ / "calls");
        int count = 0;
        for (std::string line; std::getline(file, line);)
            ++count;
        return count;
    }
    static int count(const Outcome& outcome, const char* state) {
        return QJsonDocument::fromJson(outcome.out.toUtf8())["counts"][QLatin1String(state)].toInt(-1);
    }

  private slots:
    void initTestCase() {
        test::write_tiny_vit(folder_ / "vit.safetensors");
        test::write_tiny_images(folder_ / "images");
        write("sweep.toml", sweep_text);
        engine_ = folder_ / "engine";
        std::filesystem::copy_file(CDRA_TEST_DATA "/stand_in_engine.sh", engine_);
        std::filesystem::permissions(engine_, std::filesystem::perms::owner_all);
    }
    void init() {
        for (const char* name : {"calls", "slow", "waiting"})
            std::filesystem::remove(folder_ / name);
    }

    void dryRunWritesNothing() {
        const std::size_t before = test::entries(folder_.path());
        const Outcome outcome = sweep("dry", {"--dry-run"});
        QCOMPARE(outcome.code, 0);
        QCOMPARE(count(outcome, "waiting"), 3 + 2 + 2);
        QCOMPARE(test::entries(folder_.path()), before);
    }

    void choosesRunsAndKeepsWhatIsDone() {
        const Outcome first = sweep("out", {"--jobs", "2"});
        QCOMPARE(first.code, 1); // one trial failed, the rest went on
        QCOMPARE(count(first, "done"), 6);
        QCOMPARE(count(first, "failed"), 1);
        QVERIFY(first.out.contains("the loss is not finite"));
        QCOMPARE(calls(), 7);
        const job::Project chosen =
            job::read_project(folder_ / "out/runs/bars/linear/final-lr=0.02/seed-4/project.toml");
        QVERIFY(chosen.recipe.final_training);
        QCOMPARE(chosen.run.seed, std::uint64_t{4});
        QVERIFY(std::filesystem::exists(folder_ / "out/runs/bars/lora-2/final/seed-3/project.toml"));
        const Outcome second = sweep("out");
        QCOMPARE(count(second, "done"), 6);
        QCOMPARE(calls(), 7);
        sweep("out", {"--retry-failed"});
        QCOMPARE(calls(), 8);
        const Outcome status = sweep("out", {"--status"});
        QCOMPARE(status.code, 0);
        QCOMPARE(count(status, "done"), 6);
    }

    void stopSavesAndGoesOn() {
        write("slow", "");
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("CDRA_ENGINE", QString::fromStdString(engine_.string()));
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(QString::fromStdString(folder_.path().string()));
        process.start(QStringLiteral(CDRA_BIN_DIR) + "/cdra", arguments("stopped", {"--rows", "lora-2"}));
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(folder_ / "waiting"), 60000);
        // Asked without the running sweep's selection, it says what works there all the same.
        const Outcome status = test::run_cdra({"sweep", "sweep.toml", "--data", "images", "--out", "stopped", "--status"},
                                              folder_.path(), engine_);
        QCOMPARE(status.code, 0);
        QVERIFY2(status.out.contains("a sweep works here: 0 of its 2 runs over"), qPrintable(status.out));
        ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 130);
        const job::JobPaths paths(folder_ / "stopped/runs/bars/lora-2/final/seed-3");
        QCOMPARE(job::read_state(paths), job::JobState::stopped);
        QCOMPARE(job::read_state(job::JobPaths(folder_ / "stopped")), job::JobState::stopped);
        std::filesystem::remove(folder_ / "slow");
        const Outcome again = sweep("stopped", {"--rows", "lora-2"});
        QCOMPARE(again.code, 0);
        QCOMPARE(count(again, "done"), 2);
        QCOMPARE(calls(), 3);
        int ends = 0;
        for (const job::Event& event : job::read_events(folder_ / "stopped/events.jsonl"))
            if (const auto* log = std::get_if<job::LogEvent>(&event.what)) {
                QVERIFY2(log->message.ends_with(")"), log->message.c_str());
                ++ends;
            }
        QVERIFY(ends >= 2);
    }

    void otherSettingsAreRefused() {
        QCOMPARE(sweep("twice", {"--rows", "lora-2"}).code, 0);
        const Outcome outcome = sweep("twice", {"--rows", "lora-2", "--epochs", "9"});
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("other settings") && outcome.err.contains("epochs = 1"),
                 qPrintable(outcome.err));
    }
};

QTEST_GUILESS_MAIN(SweepCommandTest)
#include "sweep_test.moc"
