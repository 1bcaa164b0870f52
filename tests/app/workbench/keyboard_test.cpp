// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Without a mouse: the whole road with the real worker, and what else must go by keys: paste, the history, the theme, the
// recovery of a crashed window.
#include "app/workbench/recovery.h"
#include "core/job/adapter.h"
#include "tests/app/workbench/driver.h"
#include "tests/support/qt_fixture.h"
#include "widgets/heat_map_view.h"
#include "widgets/inspector.h"
#include "widgets/rank_table.h"
#include "widgets/small_multiples.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QTableWidget>
#include <QTextBrowser>
#include <QToolButton>

using namespace cdra;
using namespace cdra::workbench;

namespace {
constexpr int patience = 240000; // ms
}

class KeyboardTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() {
        test::isolate(settings_);
        widgets::apply_theme(*qApp, widgets::Appearance::light);
        auto project = test::tiny_project(folder_, "keys", 5);
        project.method = "cdra";
        project.recipe.lr = 5e-3;
        project.sensitivity.batch_size = 16;
        project.model.path.clear();
        project.data.spec.clear();
        job::write_project(folder_ / "project.toml", project);
    }
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void theWholeRoad() {
        MainWindow window;
        const test::Driver drive(window);
        window.resize(1280, 800);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QVERIFY(window.open_project(path("project.toml")));
        const auto key = [&](auto key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(QApplication::focusWidget() ? QApplication::focusWidget() : &window, key, modifiers); };
        const auto into = [&](const QString& field, const QString& text) { // found by its name, typed, Return
            drive.command(field);
            QTest::keyClick(window.focusWidget(), Qt::Key_A, Qt::ControlModifier);
            QTest::keyClicks(window.focusWidget(), text);
            QTest::keyClick(window.focusWidget(), Qt::Key_Return);
        };
        into("checkpoint path", path("tiny.safetensors"));
        QCOMPARE(window.current_stage(), Stage::model);
        QTRY_COMPARE_WITH_TIMEOUT(window.road().state(Stage::model).health, Health::ready, patience);
        into("data folder", path("images"));
        QCOMPARE(window.current_stage(), Stage::data);
        QTRY_COMPARE_WITH_TIMEOUT(window.road().state(Stage::data).health, Health::ready, patience);
        key(Qt::Key_S, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY2_WITH_TIMEOUT(window.road().plan(), qPrintable(drive.find<QLabel>("notice-text")->text()), patience);
        QVERIFY(drive.settle());

        // One selection everywhere: chosen in the overview by arrow keys, every view and the inspector follow.
        key(Qt::Key_3, Qt::ControlModifier);
        auto* overview = drive.find<widgets::SmallMultiples>("sensitivity-overview");
        overview->setFocus(Qt::TabFocusReason);
        const int before = overview->current();
        key(Qt::Key_Down);
        key(before % 6 == 5 ? Qt::Key_Left : Qt::Key_Right);
        const int chosen = overview->current();
        QVERIFY(chosen != before && chosen >= 6);
        const QString name = QString::fromStdString(window.road().plan()->matrices[std::size_t(chosen)].shape.name);
        QVERIFY(drive.settle());
        QVERIFY(drive.find<QWidget>("sensitivity-heat-map")->accessibleName().endsWith(name));
        QVERIFY(QTest::qWaitFor([&] { return !drive.find<widgets::Inspector>("inspector")->facts().empty(); }));
        key(Qt::Key_5, Qt::ControlModifier);
        auto* table = drive.find<widgets::RankTable>("ranks-table");
        QTRY_COMPARE(table->current(), chosen);
        // And back: chosen in the table, the overview follows.
        table->setFocus(Qt::TabFocusReason);
        key(table->currentIndex().row() == 0 ? Qt::Key_Down : Qt::Key_Up);
        QVERIFY(table->current() != chosen);
        key(Qt::Key_3, Qt::ControlModifier);
        QCOMPARE(overview->current(), table->current());

        // A rank pasted from a spreadsheet, taken back and made again.
        int widest = 0;
        const auto plan = window.road().plan();
        for (int i = 0; i < int(plan->matrices.size()); ++i)
            if (plan->matrices[std::size_t(i)].box.rows.size() > plan->matrices[std::size_t(widest)].box.rows.size()) widest = i;
        const auto was = plan->matrices[std::size_t(widest)].rank;
        const std::uint32_t wanted = was == 2 ? 1 : 2;
        const auto rank = [&] { return window.road().plan()->matrices[std::size_t(widest)].rank; };
        key(Qt::Key_5, Qt::ControlModifier);
        table->setFocus(Qt::TabFocusReason);
        QApplication::clipboard()->setText(QString("matrix\trank\n%1\t%2\n").arg(QString::fromStdString(plan->matrices[std::size_t(widest)].shape.name)).arg(wanted));
        key(Qt::Key_V, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(rank(), wanted, patience);
        key(Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(rank(), was, patience);
        key(Qt::Key_Y, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(rank(), wanted, patience);
        QVERIFY(drive.settle());

        into("epochs", "3");
        QCOMPARE(window.document().project().recipe.epochs, 3);
        key(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY2_WITH_TIMEOUT(window.hub().newest(JobKind::train) && window.hub().newest(JobKind::train)->state() == job::JobState::done,
                                  qPrintable(drive.find<QLabel>("notice-text")->text()), patience);
        key(Qt::Key_7, Qt::ControlModifier);
        QVERIFY(drive.settle());
        QTRY_VERIFY_WITH_TIMEOUT(drive.find<QTableWidget>("results-numbers")->rowCount() > 8, patience);
        key(Qt::Key_E, Qt::ControlModifier);
        into("folder to export into", path("out"));
        auto* adapter = drive.find<QPushButton>("export-adapter");
        adapter->setFocus(Qt::TabFocusReason);
        QTest::keyClick(adapter, Qt::Key_Space);
        auto* outcome = drive.find<QLabel>("export-outcome");
        QTRY_VERIFY2_WITH_TIMEOUT(outcome->text().contains("written"), qPrintable(outcome->text()), patience);
        QVERIFY(!job::read_adapter(folder_ / "out/adapter.safetensors").whole.empty());
        window.document().undo_stack().setClean();
    }

    void everyControlOfAPageIsReachedByTab() {
        MainWindow window;
        window.resize(1280, 800);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QVERIFY(window.open_project(path("project.toml")));
        window.go_to(Stage::train);
        auto* first = window.findChild<QWidget*>("primary-train");
        first->setFocus(Qt::TabFocusReason);
        QSet<QString> seen;
        for (int i = 0; i < 400; ++i) {
            QTest::keyClick(window.focusWidget() ? window.focusWidget() : &window, Qt::Key_Tab);
            if (auto* focus = window.focusWidget()) seen << focus->objectName();
        }
        for (const char* wanted : {"train-preset", "recipe-epochs", "recipe-lr", "recipe-batch-size", "run-seed", "rail", "open-palette"}) QVERIFY2(seen.contains(wanted), wanted);
        window.document().undo_stack().setClean();
    }

    void theThemeByTheMenusShortcutsAndThePalette() {
        MainWindow window;
        const test::Driver drive(window);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QVERIFY(!widgets::colours::is_dark(qApp->palette()));
        drive.command("dark");
        QVERIFY(widgets::colours::is_dark(qApp->palette()));
        QCOMPARE(QSettings().value("theme").toString(), QString("dark"));
        QVERIFY(widgets::colours::is_dark(window.page(Stage::train)->palette()));
        drive.command("light");
        QVERIFY(!widgets::colours::is_dark(qApp->palette()));
    }

    void helpWhereTheTermsAreUsed() {
        MainWindow window;
        window.resize(1280, 800);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_F1);
        auto* help = window.findChild<QDialog*>("help-window");
        QVERIFY(help && help->isVisible());
        const QString all = help->findChild<QTextBrowser*>("help-text")->toPlainText();
        for (const char* word : {"γ", "d̄", "k̄", "Eq. 7", "eq7-unscaled"}) QVERIFY2(all.contains(QString::fromUtf8(word)), word);
        QTest::keyClick(help, Qt::Key_Escape);
        QTRY_VERIFY(!window.findChild<QDialog*>("help-window"));
        // Each "?" of a page opens its own paragraph.
        int buttons = 0;
        for (const Stage stage : all_stages)
            for (auto* button : window.page(stage)->findChildren<QToolButton*>())
                if (button->objectName().startsWith("help-of-")) {
                    ++buttons;
                    QVERIFY(!button->accessibleName().isEmpty() && !button->whatsThis().isEmpty());
                    QTest::keyClick(button, Qt::Key_Space);
                    auto* pop = window.findChild<QFrame*>("help-" + button->objectName().mid(8));
                    QVERIFY2(pop && pop->isVisible(), qPrintable(button->objectName()));
                    QTest::keyClick(pop, Qt::Key_Escape);
                    QTRY_VERIFY(!window.findChild<QFrame*>("help-" + button->objectName().mid(8)));
                }
        QVERIFY(buttons >= 5);
    }

    void aCrashedWindowsWorkComesBackByOneKey() {
        const QString recovery = path("recovery");
        int saved = 0;
        {
            ProjectDocument document(recovery); // as a window that dies
            document.open(path("project.toml"));
            saved = document.project().recipe.epochs;
            document.edit("epochs", {}, [](job::Project& p) { p.recipe.epochs = 77; });
            document.write_recovery();
        }
        MainWindow window(recovery);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.offer_recovery();
        auto* box = window.findChild<QMessageBox*>("recovery-box");
        QVERIFY(box && box->isVisible() && !box->isModal());
        QTRY_COMPARE(QApplication::activeWindow(), box);
        QTest::keyClick(box, Qt::Key_R, Qt::AltModifier);
        QTRY_VERIFY(!window.findChild<QMessageBox*>("recovery-box"));
        QCOMPARE(window.document().project().recipe.epochs, 77);
        QVERIFY(window.document().modified());
        window.activateWindow();
        QTRY_COMPARE(QApplication::activeWindow(), &window);
        QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window.document().project().recipe.epochs, saved);
        QVERIFY(abandoned_projects(recovery).isEmpty());
        window.document().undo_stack().setClean();
    }

  private:
    QString path(const char* name) const { return QString::fromStdString((folder_ / name).string()); }
    QTemporaryDir settings_;
    test::TemporaryFolder folder_;
    test::QtFixture fixture_;
};

QTEST_MAIN(KeyboardTest)
#include "keyboard_test.moc"
