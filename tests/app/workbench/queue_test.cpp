// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Runs that wait, with the real worker: frozen when added, one after the other; forecast and outcome side by side.
#include "app/workbench/frozen.h"
#include "app/workbench/run_notes.h"
#include "tests/app/workbench/driver.h"
#include "tests/support/qt_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QLabel>
#include <QListWidget>

using namespace cdra;
using namespace cdra::workbench;

namespace {
constexpr int patience = 240000; // ms
}

class QueueTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        test::isolate(settings_);
        test::tiny_project(folder_, "queue", 2);
    }
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void oneAfterTheOther() {
        MainWindow window;
        const test::Driver drive(window);
        window.show();
        QVERIFY(window.open_project(QString::fromStdString((folder_ / "project.toml").string())));
        QVERIFY(drive.settle());
        drive.page(6);
        auto* queue = drive.find<QListWidget>("train-queue");
        QVERIFY(!queue->isVisible()); // nothing waits
        drive.click("train-enqueue"); // nothing runs: it starts
        QTRY_COMPARE_WITH_TIMEOUT(window.hub().jobs(JobKind::train).size(), 1, patience);
        drive.type("recipe-epochs", "3");
        drive.click("train-enqueue");
        drive.type("recipe-epochs", "4");
        drive.click("train-enqueue");
        drive.type("recipe-epochs", "9"); // reaches none of them
        const auto done = [&] {
            int count = 0;
            for (const JobClient* job : window.hub().jobs(JobKind::train)) count += job->state() == job::JobState::done;
            return count;
        };
        if (queue->count() == 2) { // the last one is taken out by key
            queue->setFocus();
            queue->setCurrentRow(1);
            QTest::keyClick(queue, Qt::Key_Delete);
            QCOMPARE(queue->count(), 1);
        }
        QTRY_VERIFY_WITH_TIMEOUT(queue->count() == 0 && window.hub().active().isEmpty() && done() >= 2, patience);
        const auto runs = window.hub().jobs(JobKind::train);
        QCOMPARE(frozen_project(runs[0]->folder())->recipe.epochs, 2);
        QCOMPARE(frozen_project(runs[1]->folder())->recipe.epochs, 3);
        // Now there are runs to judge the next one by.
        QTRY_VERIFY_WITH_TIMEOUT(drive.find<QLabel>("train-forecast")->text().startsWith("about"), patience);
        drive.type("recipe-epochs", "2");
        drive.click("primary-train");
        QTRY_VERIFY_WITH_TIMEOUT(window.hub().newest(JobKind::train)->state() == job::JobState::done, patience);
        QVERIFY(read_notes(window.hub().newest(JobKind::train)->folder()).forecast_seconds > 0);
        QTRY_VERIFY_WITH_TIMEOUT(drive.find<QLabel>("train-run-state")->text().contains("forecast"), patience);

        // Two runs over each other, and in what they differ.
        drive.page(7);
        drive.find<QWidget>("results-tags")->setFocus();
        drive.type("results-tags", "tiny; first");
        QCOMPARE(read_notes(window.hub().newest(JobKind::train)->folder()).tags, (QStringList{"tiny", "first"}));
        QVERIFY(drive.settle());
        window.document().undo_stack().setClean();
    }

  private:
    QTemporaryDir settings_;
    test::TemporaryFolder folder_;
    test::QtFixture fixture_;
};

QTEST_MAIN(QueueTest)
#include "queue_test.moc"
