// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "tests/support/qt_fixture.h"
#include "tests/widgets/sample_plan.h"
#include "widgets/rank_table.h"
#include "widgets/run_list.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QApplication>
#include <QClipboard>
#include <QTest>

using namespace cdra;
using namespace cdra::widgets;

class ModelsTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void rankModelIsAModel() {
        RankModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto map = test::sample_map(2);
        model.setPlan(test::sample_plan(*map));
        QCOMPARE(model.rowCount(), 12);
        model.setPlan(test::sample_plan(*map, 0.05));
        model.setPlan(test::sample_plan(*test::sample_map(1)));
        QCOMPARE(model.rowCount(), 6);
        model.setPlan(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void rankModelShowsThePlan() {
        RankModel model;
        const auto plan = test::sample_plan(*test::sample_map(2));
        model.setPlan(plan);
        const auto& fc1 = plan->matrices[4];
        QVERIFY(fc1.rank > 0);
        const auto text = [&](int column) {
            return model.index(4, column).data().toString().replace(QChar(0x202F), ' ');
        };
        QCOMPARE(text(RankModel::name), QString("blocks.0.mlp.fc1"));
        QCOMPARE(text(RankModel::size), QString("48 × 192"));
        QCOMPARE(text(RankModel::box),
                 QString("%1 × %2").arg(fc1.reorganised.compact_rows).arg(fc1.reorganised.compact_columns));
        QCOMPARE(text(RankModel::rank).toUInt(), fc1.rank);
        QCOMPARE(text(RankModel::treatment), QString("low-rank"));
    }

    void rankEditsAreAskedForNotMade() {
        RankModel model;
        const auto plan = test::sample_plan(*test::sample_map(2));
        model.setPlan(plan);
        QSignalSpy edited(&model, &RankModel::rankEdited);
        const QModelIndex index = model.index(4, RankModel::rank);
        const quint32 before = plan->matrices[4].rank;
        QVERIFY(index.flags() & Qt::ItemIsEditable);
        QVERIFY(!(model.index(4, RankModel::size).flags() & Qt::ItemIsEditable));
        QVERIFY(model.setData(index, before + 1));
        QCOMPARE(edited.count(), 1);
        QCOMPARE(edited[0][0].toInt(), 4);
        QCOMPARE(edited[0][1].toUInt(), before + 1);
        QCOMPARE(index.data(Qt::EditRole).toUInt(), before);
        QVERIFY(!model.setData(index, -1));
        QVERIFY(!model.setData(index, "many"));
        QVERIFY(!model.setData(index, 100000));
        QVERIFY(model.setData(index, before)); // no change, nothing to ask for
        QCOMPARE(edited.count(), 1);
    }

    void ranksAreEditedByKeys() {
        RankTable table;
        const auto plan = test::sample_plan(*test::sample_map(2));
        table.setPlan(plan);
        table.resize(700, 400);
        table.show();
        QVERIFY(QTest::qWaitForWindowActive(&table));
        QSignalSpy edited(&table, &RankTable::ranksEdited), selected(&table, &RankTable::selected);
        table.setCurrent(5);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(table.current(), 5);
        // Sorted the other way the matrix keeps its number.
        table.sortByColumn(RankModel::name, Qt::DescendingOrder);
        QCOMPARE(table.current(), 5);
        table.setCurrentIndex(table.model()->index(table.currentIndex().row(), RankModel::rank));
        QTest::keyClick(&table, Qt::Key_F2);
        auto* spin = table.findChild<QSpinBox*>();
        QVERIFY(spin);
        QCOMPARE(quint32(spin->value()), plan->matrices[5].rank);
        spin->selectAll();
        QTest::keyClicks(spin, "3");
        QTest::keyClick(spin, Qt::Key_Return);
        QTRY_COMPARE(edited.count(), 1); // the view commits after the editor saw the key
        QCOMPARE(edited[0][0].value<RankEdits>(), (RankEdits{{5, 3U}}));
    }

    void severalRanksAtOnce() {
        RankTable table;
        const auto plan = test::sample_plan(*test::sample_map(2));
        table.setPlan(plan);
        table.resize(700, 400);
        table.show();
        QVERIFY(QTest::qWaitForWindowActive(&table));
        QSignalSpy edited(&table, &RankTable::ranksEdited), released(&table, &RankTable::released), complained(&table, &RankTable::complained);
        const auto largest = [&](int i) { return quint32(std::min(plan->matrices[std::size_t(i)].box.rows.size(), plan->matrices[std::size_t(i)].box.columns.size())); };

        table.setFilter("fc1 blocks.1");
        QCOMPARE(table.shownRows(), 1);
        table.setFilter("fc");
        QCOMPARE(table.shownRows(), 4);
        // Three rows chosen by Shift and Down; the first one's rank goes down to the others.
        table.setCurrentIndex(table.model()->index(0, RankModel::rank));
        QTest::keyClick(&table, Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(&table, Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(table.selectedMatrices(), (std::vector<int>{4, 5, 10}));
        QTest::keyClick(&table, Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(edited.count(), 1);
        const quint32 first = plan->matrices[4].rank;
        QCOMPARE(edited.takeLast()[0].value<RankEdits>(), (RankEdits{{5, std::min(first, largest(5))}, {10, std::min(first, largest(10))}}));
        QTest::keyClick(&table, Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(edited.takeLast()[0].value<RankEdits>(), (RankEdits{{4, first}, {5, plan->matrices[5].rank}, {10, plan->matrices[10].rank}}));
        QTest::keyClick(&table, Qt::Key_U, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(released.takeLast()[0].value<std::vector<int>>(), (std::vector<int>{4, 5, 10}));

        // A copy pasted back means the same ranks.
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->text().startsWith("matrix\t"));
        QTest::keyClick(&table, Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(edited.takeLast()[0].value<RankEdits>(), (RankEdits{{4, first}, {5, plan->matrices[5].rank}, {10, plan->matrices[10].rank}}));
        // A spreadsheet's columns, and bare numbers from the current row down.
        QCOMPARE(table.parse("name,rank\nblocks.1.attn.v,2\n"), (RankEdits{{8, 2}}));
        table.setCurrentIndex(table.model()->index(1, RankModel::rank));
        QCOMPARE(table.parse("1\n2\n"), (RankEdits{{5, 1}, {10, 2}}));
        for (const char* wrong : {"blocks.7.attn.q\t3", "blocks.1.attn.v\tmany", "blocks.1.attn.v\t99999", "-1", "", "1\n1\n1\n1\n1\n"})
            QVERIFY_THROWS_EXCEPTION(InputError, table.parse(wrong));
        QApplication::clipboard()->setText("nothing of the kind, 3");
        QTest::keyClick(&table, Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(complained.count(), 1);
        QCOMPARE(edited.count(), 0);
    }

    void runModelIsAModel() {
        RunModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        RunRow run;
        run.id = "runs/a";
        run.name = "a";
        run.method = "cdra";
        run.epochs = 25;
        model.putRun(run);
        run.epoch = 12;
        run.state = RunState::running;
        run.accuracy = 0.806;
        run.accuracy_split = "val";
        model.putRun(run);
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.index(0, RunModel::epoch).data().toString(), QString("12 / 25"));
        QCOMPARE(model.index(0, RunModel::accuracy).data().toString().replace(QChar(0x202F), ' '),
                 QString("80.60 % val"));
        run.id = "runs/b";
        model.putRun(run);
        QCOMPARE(model.rowCount(), 2);
        model.removeRun("runs/a");
        QCOMPARE(model.rowCount(), 1);
        model.setRuns({});
        QCOMPARE(model.rowCount(), 0);
    }

    void runListTellsTheSelection() {
        RunList list;
        RunRow a, b;
        a.id = "runs/a";
        b.id = "runs/b";
        list.runModel()->setRuns({a, b});
        QSignalSpy changed(&list, &RunList::selectionChangedTo);
        list.select("runs/b");
        QCOMPARE(list.selectedIds(), QStringList{"runs/b"});
        QCOMPARE(changed.count(), 1);
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(ModelsTest)
#include "models_test.moc"
