// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Jobs outlive the window: a new one attaches, a dead one is shown as dead. With the real worker.
#include "app/workbench/job_hub.h"
#include "app/workbench/launcher.h"
#include "core/base/error.h"
#include "tests/app/workbench/driver.h"
#include "tests/support/qt_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QLabel>
#include <QSignalSpy>

using namespace cdra;
using job::JobState;
using workbench::JobHub;
using workbench::JobKind;

namespace {
constexpr int patience = 120000; // ms
}

class JobsTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        test::isolate(settings_);
        test::tiny_project(folder_, "jobs", 100000); // nobody waits for its end
    }
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void outlivesTheWindowAndIsFoundAgain() {
        const QString run = path("runs/jobs-1");
        {
            JobHub hub;
            hub.set_project_folder(path(""));
            auto* job = hub.start(JobKind::train, workbench::train_arguments(path("project.toml"), {}, run), run);
            QVERIFY(job->active()); // at once, before the worker says a word
            QTRY_VERIFY2_WITH_TIMEOUT(job->latest("train/loss"), qPrintable(job->error()), patience);
            QCOMPARE(job->state(), JobState::running);
        } // the hub goes as a killed window does: without a word to the worker
        QVERIFY(job::is_alive(job::JobPaths(run.toStdString())));

        workbench::MainWindow window;
        window.show();
        QVERIFY(window.open_project(path("project.toml")));
        auto* job = window.hub().newest(JobKind::train);
        QVERIFY(job);
        QSignalSpy finished(job, &workbench::JobClient::finished);
        QTRY_COMPARE_WITH_TIMEOUT(job->state(), JobState::running, patience);
        QCOMPARE(window.hub().active().size(), 1);
        QVERIFY(window.findChild<QWidget*>("job-bar")->isVisible());
        QVERIFY(job->latest("train/loss"));
        QVERIFY(job->command().contains("train"));
        QTRY_COMPARE_WITH_TIMEOUT(window.road().state(workbench::Stage::train).health, workbench::Health::running, patience);

        // Killed outright: nothing is written any more, yet it is never shown as running.
        const int worker = test::worker_of(folder_ / "runs/jobs-1");
        QVERIFY(worker > 1);
        QCOMPARE(::kill(worker, SIGKILL), 0);
        QTRY_COMPARE_WITH_TIMEOUT(job->state(), JobState::dead, patience);
        QCOMPARE(finished.count(), 1);
        QCOMPARE(window.road().state(workbench::Stage::train).health, workbench::Health::failed);
        QVERIFY(window.hub().active().isEmpty());
        window.close();
    }

    void aDeadRunIsShownAsDeadAndGoesOn() {
        JobHub hub;
        hub.set_project_folder(path(""));
        auto* job = hub.newest(JobKind::train);
        QVERIFY(job);
        QSignalSpy finished(job, &workbench::JobClient::finished);
        QTRY_VERIFY_WITH_TIMEOUT(job->attached(), patience);
        QCOMPARE(job->state(), JobState::dead);
        QVERIFY(finished.isEmpty()); // it died before this window: no news
        hub.resume(job);
        QVERIFY(job->active());
        QTRY_COMPARE_WITH_TIMEOUT(job->state(), JobState::running, patience);
        job->stop();
        QTRY_COMPARE_WITH_TIMEOUT(job->state(), JobState::stopped, patience);
        QCOMPARE(finished.count(), 1);
        QVERIFY(!job::is_alive(job::JobPaths(job->folder().toStdString())));
    }

    void aRefusedCommandSaysWhy() {
        JobHub hub;
        hub.set_project_folder(path(""));
        const QString run = path("runs/refused-1");
        auto* job = hub.start(JobKind::train, workbench::train_arguments(path("missing.toml"), {}, run), run);
        QTRY_COMPARE_WITH_TIMEOUT(job->state(), JobState::failed, patience);
        QVERIFY2(job->error().contains("missing.toml"), qPrintable(job->error()));
    }

    void aMissingProgramIsNamed() {
        const QByteArray before = qgetenv("CDRA_COMMAND");
        qputenv("CDRA_COMMAND", "/no/such/program");
        QVERIFY_EXCEPTION_THROWN(workbench::find_cdra(), InputError);
        qputenv("CDRA_COMMAND", before);
        QVERIFY(!workbench::find_cdra().isEmpty());
    }

  private:
    QString path(const char* name) const { return QString::fromStdString((folder_ / name).lexically_normal().string()); }
    QTemporaryDir settings_;
    test::TemporaryFolder folder_;
    test::QtFixture fixture_;
};

QTEST_MAIN(JobsTest)
#include "jobs_test.moc"
