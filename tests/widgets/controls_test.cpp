// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qt_fixture.h"
#include "tests/widgets/sample_plan.h"
#include "widgets/budget_bar.h"
#include "widgets/confusion_matrix.h"
#include "widgets/gamma_slider.h"
#include "widgets/inspector.h"
#include "widgets/job_bar.h"
#include "widgets/log_pane.h"
#include "widgets/small_multiples.h"
#include "widgets/stage_rail.h"
#include "widgets/thumbnail_grid.h"

#include <QDoubleSpinBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <numeric>

using namespace cdra;
using namespace cdra::widgets;

Q_DECLARE_METATYPE(cdra::compact::Amount)

class ControlsTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void railByKeysAndMouse() {
        StageRail rail({"Model", "Data", "Sensitivity", "Compact", "Ranks", "Train", "Results"});
        rail.resize(rail.sizeHint());
        QSignalSpy activated(&rail, &StageRail::activated);
        QTest::keyClick(&rail, Qt::Key_Down);
        QTest::keyClick(&rail, Qt::Key_Down);
        QTest::keyClick(&rail, Qt::Key_Up);
        QTest::keyClick(&rail, Qt::Key_End);
        QTest::keyClick(&rail, Qt::Key_Down); // at the end already
        QTest::keyClick(&rail, Qt::Key_Home);
        QTest::keyClick(&rail, Qt::Key_4);
        QTest::keyClick(&rail, Qt::Key_9); // no ninth stop
        QTest::mouseClick(&rail, Qt::LeftButton, {}, rail.stopRect(5).center());
        QList<int> went;
        for (const auto& arguments : activated)
            went += arguments[0].toInt();
        QCOMPARE(went, (QList<int>{1, 2, 1, 6, 0, 3, 5}));
        QCOMPARE(rail.current(), 5);
        rail.setState(2, StageState::stale, "the model changed");
        QCOMPARE(rail.state(2), StageState::stale);
        rail.setCurrent(2);
        QCOMPARE(activated.count(), 7); // setting does not emit
        QVERIFY(rail.accessibleDescription().contains("stale"));
        QCOMPARE(symbol_of(StageState::stale), QString("◐"));
    }

    void logRangeIsInvertible() {
        const LogRange range{0.001, 100, 1000};
        QCOMPARE(range.position_of(0.001), 0);
        QCOMPARE(range.position_of(100), 1000);
        QCOMPARE(range.position_of(0), 0);
        QCOMPARE(range.position_of(1e9), 1000);
        for (int position = 0; position <= 1000; ++position)
            QCOMPARE(range.position_of(range.value_at(position)), position);
        QVERIFY(std::abs(range.value_at(500) - std::sqrt(0.001 * 100)) < 1e-9);
    }

    void gammaSliderSpeaksLive() {
        GammaSlider slider;
        slider.setPoolSize(1000000);
        compact::Amount last;
        int changes = 0, finished = 0;
        connect(&slider, &GammaSlider::amountChanged, this, [&](const compact::Amount& amount) {
            last = amount;
            ++changes;
        });
        connect(&slider, &GammaSlider::editingFinished, this, [&] { ++finished; });
        slider.setAmount(compact::Gamma{0.0043});
        QCOMPARE(changes, 0);
        QCOMPARE(std::get<compact::Gamma>(slider.amount()).value, 0.0043);
        auto* track = slider.findChild<QSlider*>();
        QTest::keyClick(track, Qt::Key_Right);
        QCOMPARE(changes, 1);
        QVERIFY(std::get<compact::Gamma>(last).value > 0.0043);
        QVERIFY(std::get<compact::Gamma>(last).value < 0.0045);
        auto* spin = slider.findChild<QDoubleSpinBox*>();
        spin->setValue(1.0);
        QCOMPARE(std::get<compact::Gamma>(last).value, 0.01);
        QCOMPARE(finished, 2);
        slider.setOutcome(0.01, 10000, 4000, 0.4);
        slider.setMode(GammaSlider::Mode::tau);
        QCOMPARE(std::get<compact::Tau>(slider.amount()).value, std::uint64_t(10000));
        slider.setMode(GammaSlider::Mode::budget);
        QCOMPARE(std::get<compact::Budget>(slider.amount()).percent, 0.4);
        slider.setAmount(compact::Tau{123});
        QCOMPARE(std::get<compact::Tau>(slider.amount()).value, std::uint64_t(123));
        QCOMPARE(slider.mode(), GammaSlider::Mode::tau);
    }

    void smallMultiplesBySight() {
        for (const int blocks : {12, 24, 40}) {
            const auto plan = test::sample_plan(*test::sample_map(blocks, 12), 0.05);
            SmallMultiples view;
            view.resize(300, 400);
            view.setPlan(*plan, Quantity::density);
            QCOMPARE(view.count(), 6 * blocks);
            // Cells lie apart and inside.
            for (int i = 0; i < view.count(); ++i) {
                QVERIFY(view.rect().contains(view.cellRect(i)));
                QVERIFY(view.cellRect(i).height() >= 4);
                if (i > 0) QVERIFY(!view.cellRect(i).intersects(view.cellRect(i - 1)));
            }
            QSignalSpy selected(&view, &SmallMultiples::selected);
            QTest::mouseClick(&view, Qt::LeftButton, {}, view.cellRect(7).center());
            QTest::keyClick(&view, Qt::Key_Right);
            QTest::keyClick(&view, Qt::Key_Down);
            QTest::keyClick(&view, Qt::Key_Up);
            QTest::keyClick(&view, Qt::Key_Left);
            QTest::keyClick(&view, Qt::Key_Left);
            QTest::keyClick(&view, Qt::Key_Left); // at the block's first kind
            QList<int> went;
            for (const auto& arguments : selected)
                went += arguments[0].toInt();
            QCOMPARE(went, (QList<int>{7, 8, 14, 8, 7, 6}));
        }
    }

    void budgetBarAddsUp() {
        const auto plan = test::sample_plan(*test::sample_map(3));
        BudgetBar bar;
        bar.setPlan(*plan);
        for (const auto grouping : {BudgetBar::Grouping::kind, BudgetBar::Grouping::block}) {
            bar.setGrouping(grouping);
            double sum = 0;
            for (const auto& part : bar.parts())
                sum += part.parameters;
            QVERIFY(sum > 0);
            QCOMPARE(std::uint64_t(sum), plan->trainable_parameters());
        }
    }

    void jobBarSteers() {
        JobBar bar;
        QVERIFY(bar.isHidden());
        JobStatus job;
        job.name = "cdra-fashion-3";
        job.state = JobStatus::State::running;
        job.stage = "train";
        job.detail = "epoch 12/25";
        job.done = 12;
        job.total = 25;
        job.eta_seconds = 180;
        job.metrics = "loss 0.41";
        bar.setStatus(job);
        QVERIFY(!bar.isHidden());
        QCOMPARE(bar.findChild<QProgressBar*>("jobProgress")->value(), 480);
        QCOMPARE(bar.findChild<QLabel*>("jobEta")->text().replace(QChar(0x202F), ' '), QString("ETA 3 min"));
        QSignalSpy paused(&bar, &JobBar::pauseRequested), resumed(&bar, &JobBar::resumeRequested),
            stopped(&bar, &JobBar::stopRequested), dismissed(&bar, &JobBar::dismissed);
        auto* pause = bar.findChild<QPushButton*>("jobPause");
        auto* stop = bar.findChild<QPushButton*>("jobStop");
        pause->click();
        job.state = JobStatus::State::paused;
        bar.setStatus(job);
        pause->click();
        stop->click();
        job.state = JobStatus::State::stopping;
        bar.setStatus(job);
        QVERIFY(!stop->isEnabled());
        job.state = JobStatus::State::failed;
        job.message = "loss is not a number; lower the learning rate";
        bar.setStatus(job);
        stop->click();
        QCOMPARE(paused.count() + resumed.count() * 10 + stopped.count() * 100 + dismissed.count() * 1000,
                 1111);
        QCOMPARE(bar.findChild<QLabel*>("jobMetrics")->text(), job.message);
        bar.clear();
        QVERIFY(bar.isHidden());
    }

    void logIsBoundedAndSearchable() {
        LogPane log;
        log.setLimit(100);
        for (int i = 0; i < 250; ++i)
            log.append("info", QString("step %1 <b>&amp;").arg(i));
        QCOMPARE(log.lineCount(), 100);
        QVERIFY(log.text().contains("step 249 <b>&amp;"));
        QVERIFY(!log.text().contains("step 149 "));
        log.append("error", "disk is full");
        QVERIFY(log.text().endsWith("ERROR  disk is full"));
        QVERIFY(log.find("step 200"));
        QVERIFY(log.find("step 160", true));
        QVERIFY(log.find("step 155")); // around the end
        QVERIFY(!log.find("no such words"));
        log.clear();
        QCOMPARE(log.lineCount(), 0);
    }

    void inspectorStatesFacts() {
        const auto plan = test::sample_plan(*test::sample_map(2));
        Inspector inspector;
        inspector.setMatrix(*plan, 4);
        const auto value = [&](const QString& label) {
            for (const auto& [name, text] : inspector.facts())
                if (name == label) return QString(text).replace(QChar(0x202F), ' ');
            return QString();
        };
        QCOMPARE(value("d × k"), QString("48 × 192"));
        QCOMPARE(value("rank r").toUInt(), plan->matrices[4].rank);
        QVERIFY(value("sensitive").startsWith(QString::number(plan->matrices[4].mask.size()) + " = "));
        inspector.setMatrix(*plan, 99);
        QVERIFY(inspector.facts().empty());
    }

    void confusionsAreCounted() {
        ConfusionMatrix matrix;
        const std::vector<std::int32_t> labels = {0, 0, 1, 2, 2, 7}, predicted = {0, 1, 1, 0, 0, 0};
        matrix.setPredictions({"a", "b", "c"}, labels, predicted);
        QCOMPARE(matrix.count(0, 0), 1);
        QCOMPARE(matrix.count(0, 1), 1);
        QCOMPARE(matrix.count(2, 0), 2);
        QCOMPARE(matrix.count(2, 2), 0);
    }

    void thumbnailsAreListed() {
        ThumbnailGrid view;
        QImage image(28, 28, QImage::Format_RGB32);
        image.fill(Qt::red);
        view.setThumbnails({{image, "sandal", "test/000001", 1}, {image, "boot", {}, -1}});
        QCOMPARE(view.count(), 2);
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(ControlsTest)
#include "controls_test.moc"
