// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The sweep window: a sweep of the tiny inputs is started by its form with the real worker, watched, filtered and read.
#include "app/workbench/sweep_window.h"
#include "core/base/error.h"
#include "tests/app/workbench/driver.h"
#include "tests/support/qt_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableView>

#include <cmath>
#include <fstream>

using namespace cdra;
using namespace cdra::workbench;

namespace {

constexpr int patience = 240000; // ms

void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

const char* const overview = R"({"name": "small", "eta_seconds": 90, "runs": [
  {"kind": "map", "task": "a", "row": "cdra", "grid": "", "setting": "", "seed": 0, "folder": "maps/a", "state": "done", "value": null, "seconds": 3, "message": ""},
  {"kind": "trial", "task": "a", "row": "cdra", "grid": "", "setting": "lr=0.1", "seed": 0, "folder": "runs/a/t", "state": "done", "value": 0.99, "seconds": 3, "message": ""},
  {"kind": "final", "task": "a", "row": "cdra", "grid": "", "setting": "lr=0.1", "seed": 0, "folder": "runs/a/f0", "state": "done", "value": 0.5, "seconds": 3, "message": ""},
  {"kind": "final", "task": "a", "row": "cdra", "grid": "", "setting": "lr=0.1", "seed": 1, "folder": "runs/a/f1", "state": "done", "value": 0.7, "seconds": 4, "message": ""},
  {"kind": "final", "task": "b", "row": "cdra", "grid": "", "setting": "lr=0.1", "seed": 0, "folder": "runs/b/f0", "state": "failed", "value": null, "seconds": 0, "message": "the loss is not finite"},
  {"kind": "final", "task": "b", "row": "linear", "grid": "tau=2", "setting": "", "seed": 0, "folder": "runs/b/l", "state": "running", "value": null, "seconds": 0, "message": ""}]})";

} // namespace

class SweepWindowTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { test::isolate(settings_); }
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void cellsAreFinals() {
        write(folder_ / "written/sweep.json", overview);
        const SweepOverview read = read_sweep_overview(QString::fromStdString((folder_ / "written").string()));
        QCOMPARE(read.rows, QStringList({"cdra", "linear tau=2"}));
        QCOMPARE(read.tasks, QStringList({"a", "b"}));
        QCOMPARE(read.cells[0][0].done, 2); // the trial is none of them
        QVERIFY(std::abs(read.cells[0][0].mean - 0.6) < 1e-12);
        QVERIFY(std::abs(read.cells[0][0].deviation - std::sqrt(0.02)) < 1e-12);
        QCOMPARE(read.cells[0][1].failed, 1);
        QVERIFY(std::isnan(read.cells[0][1].mean));
        QCOMPARE(read.cells[1][1].running, 1);
        QCOMPARE(read.cells[1][0].total, 0);
        QCOMPARE(read.count("done"), 4);
    }

    void strangersAreRefused() {
        const QString nothing = QString::fromStdString((folder_ / "nothing").string());
        QVERIFY_THROWS_EXCEPTION(InputError, read_sweep_overview(nothing));
        write(folder_ / "broken/sweep.json", "{\"runs\": 3");
        QVERIFY_THROWS_EXCEPTION(InputError, read_sweep_overview(QString::fromStdString((folder_ / "broken").string())));
        SweepWindow window;
        QString said;
        connect(&window, &SweepWindow::failed, this, [&](const QString& message) { said = message; });
        window.watch(nothing);
        QVERIFY(said.contains("sweep.json"));
    }

    void modelsHold() {
        write(folder_ / "models/sweep.json", overview);
        const SweepOverview read = read_sweep_overview(QString::fromStdString((folder_ / "models").string()));
        SweepCells cells;
        SweepRuns runs;
        const QAbstractItemModelTester first(&cells), second(&runs);
        cells.set(read);
        runs.set(read.runs);
        cells.set(read); // in place
        runs.set(read.runs);
        QVERIFY(cells.index(0, 0).data().toString().startsWith("60.00 ± 14.14"));
        QCOMPARE(runs.index(4, SweepRuns::message).data().toString(), QString("the loss is not finite"));
        cells.set({});
        runs.set({});
        QCOMPARE(runs.rowCount(), 0);
    }

    // By mouse and keys, with real runs.
    void startedHereAndFollowed() {
        const test::TemporaryFolder inputs;
        const job::Project tiny = test::tiny_project(inputs, "tiny", 1);
        write(folder_ / "small.toml", "name = \"small\"\nseeds = [0, 1]\n[project.model]\npath = \"" + tiny.model.path +
                                          "\"\n[project.data]\nimage-size = " + std::to_string(tiny.data.image_size) +
                                          "\n[project.recipe]\nepochs = 1\n[[task]]\nname = \"tiny\"\ndata = \"" + tiny.data.spec +
                                          "\"\n[[row]]\nmethod = \"linear\"\n[[row]]\nmethod = \"bias\"\n");
        MainWindow main;
        const test::Driver drive(main);
        main.show();
        QVERIFY(QTest::qWaitForWindowActive(&main)); // shortcuts reach the active window alone
        drive.command("Sweeps");
        QTRY_VERIFY(main.findChild<SweepWindow*>("sweep-window"));
        auto* window = main.findChild<SweepWindow*>("sweep-window");
        QVERIFY(window->isVisible());
        auto* start = window->findChild<QPushButton*>("sweep-start");
        QVERIFY(!start->isEnabled());
        QTest::keyClicks(window->findChild<QLineEdit*>("sweep-file"), QString::fromStdString((folder_ / "small.toml").string()));
        QTest::keyClicks(window->findChild<QLineEdit*>("sweep-out"), QString::fromStdString((folder_ / "out").string()));
        QVERIFY(start->isEnabled());
        QTest::mouseClick(start, Qt::LeftButton);
        auto* cells = window->findChild<QTableView*>("sweep-cells");
        const auto text = [&](int row) { return cells->model()->index(row, 0).data().toString(); };
        const auto whole = [&](int row) { return text(row).contains("±") && !text(row).contains("("); };
        QTRY_VERIFY_WITH_TIMEOUT(cells->model()->rowCount() == 2 && whole(0) && whole(1), patience);
        QTRY_VERIFY_WITH_TIMEOUT(start->isEnabled(), patience); // it has ended
        QVERIFY(!window->findChild<QPushButton*>("sweep-stop")->isEnabled());
        QVERIFY(window->findChild<QLabel*>("sweep-state")->text().startsWith("4 of 4 done"));
        auto* runs = window->findChild<QTableView*>("sweep-runs");
        QCOMPARE(runs->model()->rowCount(), 4);
        cells->setFocus();
        cells->setCurrentIndex(cells->model()->index(1, 0));
        QCOMPARE(runs->model()->rowCount(), 2); // bias alone
        QTest::mouseClick(window->findChild<QPushButton*>("sweep-all"), Qt::LeftButton);
        QCOMPARE(runs->model()->rowCount(), 4);
        // Another window watches what is there.
        SweepWindow other;
        other.watch(QString::fromStdString((folder_ / "out").string()));
        QTRY_COMPARE(other.findChild<QTableView*>("sweep-runs")->model()->rowCount(), 4);
    }

  private:
    QTemporaryDir settings_;
    test::TemporaryFolder folder_;
    test::QtFixture fixture_;
};

QTEST_MAIN(SweepWindowTest)
#include "sweep_window_test.moc"
