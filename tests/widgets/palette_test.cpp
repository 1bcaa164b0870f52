// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qt_fixture.h"
#include "widgets/command_palette.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QListView>
#include <QTest>

using namespace cdra;
using namespace cdra::widgets;

class PaletteTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void scores() {
        const Command train{"Start training", "Run", "", {}}, trained{"Restart trained run", "Run", "", {}};
        QVERIFY(match_score(train, "") > 0);
        QCOMPARE(match_score(train, "stop"), 0);
        QVERIFY(match_score(train, "START") > match_score(trained, "start"));
        QVERIFY(match_score(train, "train run") > 0); // a word of the menu counts too, in any order
        QCOMPARE(match_score(train, "train edit"), 0);
    }

    void modelIsAModel() {
        CommandModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setCommands({{"Open", "File", "Ctrl+O", {}}, {"Save", "File", "Ctrl+S", {}}, {"Undo", "Edit", "", {}}});
        QCOMPARE(model.rowCount(), 3);
        model.setQuery("file s");
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.at(0)->text, QString("Save"));
        QCOMPARE(model.at(1), nullptr);
        QCOMPARE(model.index(0).data(CommandModel::shortcut_role).toString(), QString("Ctrl+S"));
    }

    void byKeysAlone() {
        QWidget window;
        window.resize(700, 500);
        CommandPalette palette(&window);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        int opened = 0, saved = 0, undone = 0;
        const auto open = [&] {
            palette.open({{"Open project", "File", "Ctrl+O", [&] { ++opened; }}, {"Save project", "File", "", [&] { ++saved; }}, {"Undo", "Edit", "", [&] { ++undone; }}});
        };
        open();
        QVERIFY(palette.isVisible());
        auto* edit = palette.findChild<QLineEdit*>();
        QTRY_VERIFY(edit->hasFocus());
        QTest::keyClicks(edit, "proj");
        QCOMPARE(palette.model()->rowCount(), 2);
        QTest::keyClick(edit, Qt::Key_Down);
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY(!palette.isVisible());
        QCOMPARE(opened + undone, 0);
        QCOMPARE(saved, 1);
        open();
        QTest::keyClicks(edit, "nothing fits");
        QTest::keyClick(edit, Qt::Key_Return); // does nothing, closes
        QVERIFY(!palette.isVisible());
        open();
        QTest::keyClick(edit, Qt::Key_Escape);
        QVERIFY(!palette.isVisible());
        QCOMPARE(opened + undone + saved, 1);
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(PaletteTest)
#include "palette_test.moc"
