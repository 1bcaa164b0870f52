// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qt_fixture.h"
#include "widgets/chart_grid.h"
#include "widgets/live_chart.h"
#include "widgets/theme.h"

#include <QTest>
#include <cmath>

using namespace cdra;
using namespace cdra::widgets;

class ChartsTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void manyPointsAreThinned() {
        LiveChart chart("Loss", "epoch", "cross-entropy");
        chart.resize(400, 250);
        const int train = chart.addSeries("training", 0), validation = chart.addSeries("validation", 1);
        for (int i = 0; i < 50000; ++i)
            chart.append(train, i * 0.001, 2 + std::sin(i * 0.01));
        chart.append(validation, 50, NAN);
        chart.flush();
        QCOMPARE(chart.pointCount(train), 50000);
        QCOMPARE(chart.pointCount(validation), 0);
        QVERIFY(chart.drawnCount(train) > 100);
        QVERIFY(chart.drawnCount(train) < 2000);
        chart.clearPoints();
        QCOMPARE(chart.pointCount(train), 0);
        QCOMPARE(chart.drawnCount(train), 0);
    }

    void aResumedRunOverwritesItsFuture() {
        LiveChart chart("Loss", "epoch", "cross-entropy");
        const int train = chart.addSeries("training", 0);
        for (int epoch = 1; epoch <= 10; ++epoch)
            chart.append(train, epoch, 1);
        chart.append(train, 5, 0.5);
        QCOMPARE(chart.pointCount(train), 5);
    }

    // A series whose first value comes late gets its place in the legend, as if it had been there from the beginning.
    void aLateSeriesIsInTheLegend() {
        QImage pictures[2];
        for (const bool late : {false, true}) {
            LiveChart chart("Loss", "epoch", "cross-entropy");
            chart.resize(420, 260);
            const int train = chart.addSeries("training", 0), validation = chart.addSeries("validation", 1, true);
            chart.show();
            chart.append(train, 0.5, 1.4);
            if (late) {
                chart.flush();
                QTest::qWait(20); // laid out and painted with one entry
                chart.append(train, 0.75, 1.5);
                chart.flush();
                QTest::qWait(20);
            }
            chart.append(train, 0.75, 1.5);
            chart.append(train, 1, 1.6);
            chart.append(validation, 1, 1.3);
            chart.flush();
            QTest::qWait(20);
            pictures[late] = chart.grab().toImage();
        }
        QCOMPARE(pictures[1], pictures[0]);
        const QRgb orange = colours::series(1, qApp->palette()).rgb();
        int marks = 0; // of the legend's entry, above the plot
        for (int y = 0; y < 60; ++y)
            for (int x = 0; x < pictures[1].width(); ++x) marks += (pictures[1].pixel(x, y) & 0xffffff) == (orange & 0xffffff);
        QVERIFY(marks > 4);
    }

    void readoutNamesTheNearestPoint() {
        LiveChart chart("Accuracy", "epoch", "accuracy (%)");
        chart.setYPercent(true);
        const int train = chart.addSeries("training", 0), validation = chart.addSeries("validation", 1);
        for (int epoch = 1; epoch <= 10; ++epoch) {
            chart.append(train, epoch, 0.05 * epoch);
            if (epoch % 2 == 0) chart.append(validation, epoch, 0.04 * epoch);
        }
        QCOMPARE(chart.readout(7.9).replace(QChar(0x202F), ' '),
                 QString("epoch 8:  training 40.0 %,  validation 32.0 %"));
        QCOMPARE(LiveChart("x", "x", "y").readout(1), QString());
    }

    void logarithmicLeavesOutWhatHasNoLogarithm() {
        LiveChart chart("Loss", "epoch", "cross-entropy");
        const int train = chart.addSeries("training", 0);
        chart.setLogarithmic(true);
        chart.append(train, 1, 10);
        chart.append(train, 2, 0);
        chart.append(train, 3, 0.01);
        chart.flush();
        QCOMPARE(chart.drawnCount(train), 2);
        chart.setLogarithmic(false);
        QCOMPARE(chart.drawnCount(train), 3);
        chart.setSmoothing(0.8);
        chart.flush();
        QCOMPARE(chart.drawnCount(train), 3);
    }

    void metricsFindTheirChart() {
        ChartGrid grid;
        grid.append({10, 1.0, "train", "loss", 2.0});
        grid.append({10, 1.0, "val", "loss", 2.2});
        grid.append({10, 1.0, "val", "accuracy", 0.4});
        grid.append({10, 1.0, "train", "lr", 1e-3});
        grid.append({10, 1.0, "train", "images_per_second", 120});
        grid.append({10, 1.0, "train", "memory_mib", 800});
        grid.append({10, 1.0, "train", "gpu_memory_mib", 0.5});
        grid.append({10, 1.0, "train", "grad_norm", 1}); // no chart
        grid.append({10, 1.0, "test", "accuracy", 0.5}); // read once, no curve
        QCOMPARE(grid.pointCount(), 7);
        QCOMPARE(grid.loss()->pointCount(0), 1);
        QCOMPARE(grid.loss()->pointCount(1), 1);
        QCOMPARE(grid.accuracy()->pointCount(1), 1);
        QCOMPARE(grid.memory()->pointCount(1), 1);
        grid.clear();
        QCOMPARE(grid.pointCount(), 0);
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(ChartsTest)
#include "charts_test.moc"
