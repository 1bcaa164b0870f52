// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Every chart leaves the window as a picture in print style and as numbers.
#include "core/base/error.h"
#include "tests/support/qt_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/widgets/sample_plan.h"
#include "widgets/chart_grid.h"
#include "widgets/distribution_view.h"
#include "widgets/gamma_curves.h"
#include "widgets/live_chart.h"
#include "widgets/profile_view.h"
#include "widgets/small_multiples.h"
#include "widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QImage>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

using namespace cdra;
using namespace cdra::widgets;

class ExportTest : public QObject {
    Q_OBJECT

    static QByteArray contents(const std::filesystem::path& path) {
        QFile file(QString::fromStdString(path.string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

  private slots:
    void init() { fixture_.start(); }
    void cleanup() {
        apply_theme(*qApp, Appearance::light);
        QCOMPARE(fixture_.finish(), QStringList());
    }

    void printStyleWhateverTheTheme() {
        const test::TemporaryFolder folder;
        const auto plan = test::sample_plan(*test::sample_map(3));
        QList<QImage> pictures;
        for (const Appearance appearance : {Appearance::light, Appearance::dark}) {
            apply_theme(*qApp, appearance);
            DistributionView view;
            view.resize(500, 240);
            view.setPlan(*plan);
            const QColor before = view.palette().color(QPalette::Window);
            for (const char* ending : {".png", ".svg", ".pdf", ".csv"}) {
                save_chart(view, folder / (std::string("sizes") + ending), 192);
                QVERIFY2(contents(folder / (std::string("sizes") + ending)).size() > 200, ending);
            }
            QCOMPARE(view.palette().color(QPalette::Window), before); // the theme is back
            pictures << QImage(QString::fromStdString((folder / "sizes.png").string()));
            QCOMPARE(pictures.last().size(), QSize(1000, 480));
            QCOMPARE(pictures.last().pixelColor(2, 478), QColor(Qt::white));
        }
        QCOMPARE(pictures[0], pictures[1]);
        QCOMPARE(contents(folder / "sizes.csv").count('\n'), 1 + 18);
        QWidget plain;
        QVERIFY_THROWS_EXCEPTION(InputError, save_chart(plain, folder / "plain.csv"));
        QVERIFY_THROWS_EXCEPTION(InputError, save_chart(plain, folder / "plain.bmp"));
    }

    void numbersBehindCharts() {
        const auto map = test::sample_map(2);
        const auto plan = test::sample_plan(*map);
        ProfileView profile;
        profile.setProfile(sensitivity::profile(plan->matrices[4].shape, plan->matrices[4].mask));
        QCOMPARE(QByteArray::fromStdString(profile.csv()).count('\n'), 1 + 48 + 192);
        SmallMultiples multiples;
        multiples.setPlan(*plan, Quantity::rank);
        const auto lines = QByteArray::fromStdString(multiples.csv()).split('\n');
        QCOMPARE(lines[2].split(',')[5].toUInt(), plan->matrices[10].rank);
    }

    void copiedByTheContextMenu() {
        DistributionView view;
        view.setPlan(*test::sample_plan(*test::sample_map(2)));
        QStringList told;
        offer_export(&view, "sizes", [&](const QString& message, bool) { told << message; });
        for (QAction* action : view.actions())
            if (action->objectName() == "chart-copy-data") action->trigger();
        QCOMPARE(told.size(), 1);
        QVERIFY(QApplication::clipboard()->text().startsWith("matrix,compact_rows"));
    }

    void curvesZoomInTime() {
        LiveChart chart("Loss", "epoch", "cross-entropy");
        chart.resize(400, 300);
        chart.addSeries("training", 0);
        for (int i = 0; i <= 100; ++i) chart.append(0, i, i < 50 ? 100 : 1);
        chart.show();
        chart.flush();
        QCOMPARE(chart.drawnCount(0), 101);
        chart.setFocus();
        QTest::keyClick(&chart, Qt::Key_Plus);
        QTest::keyClick(&chart, Qt::Key_Plus);
        QVERIFY(chart.view().has_value());
        QVERIFY(chart.drawnCount(0) < 101);
        const double left = chart.view()->first;
        QTest::keyClick(&chart, Qt::Key_Right);
        QVERIFY(chart.view()->first > left);
        QTest::keyClick(&chart, Qt::Key_0);
        QVERIFY(!chart.view().has_value());
        QCOMPARE(QByteArray::fromStdString(chart.csv()).count('\n'), 102);
    }

    void runsOverEachOther() {
        ChartGrid grid;
        grid.setRuns({"one", "two", "three"});
        for (int run = 0; run < 3; ++run) {
            grid.append({10, 1.0, "train", "loss", 2.0 + run}, run, 0.5);
            grid.append({20, 2.0, "val", "loss", 1.0 + run}, run, 1.5);
        }
        QCOMPARE(grid.loss()->seriesCount(), 6);
        QCOMPARE(grid.pointCount(), 6);
        QVERIFY(grid.loss()->readout(1).contains("three"));
        grid.setAxis(ChartGrid::Axis::step);
        QCOMPARE(grid.pointCount(), 0);
        grid.append({10, 1.0, "train", "loss", 2.0}, 1, 0.5);
        QVERIFY(grid.loss()->readout(0).startsWith("step 10"));
        grid.setRuns({});
        QCOMPARE(grid.loss()->seriesCount(), 2);
    }

    void curvesOverGammaPickOne() {
        const auto map = test::sample_map(2);
        const auto sketched = compact::sketch(*map);
        GammaCurves curves;
        curves.resize(600, 110);
        curves.setCurves({{"eq7-unscaled", compact::gamma_curve(sketched, {}, GammaCurves::lowest, GammaCurves::highest, 40)}});
        curves.show();
        QSignalSpy picked(&curves, &GammaCurves::gammaPicked), finished(&curves, &GammaCurves::pickingFinished);
        const QPoint at(int(curves.xOf(0.01)), 50);
        QTest::mousePress(&curves, Qt::LeftButton, {}, at);
        QTest::mouseMove(&curves, at + QPoint(40, 0));
        QTest::mouseRelease(&curves, Qt::LeftButton, {}, at + QPoint(40, 0));
        QCOMPARE(picked.count(), 2);
        QCOMPARE(finished.count(), 1);
        QVERIFY(std::abs(picked[0][0].toDouble() - 0.01) < 0.0005);
        QVERIFY(picked[1][0].toDouble() > 0.01);
        // Between two points the curve lies between their values.
        const auto& points = curves.curves().front().points;
        const double middle = std::sqrt(points[10].gamma * points[11].gamma), percent = *curves.percentAt(middle);
        QVERIFY(percent >= std::min(points[10].percent, points[11].percent) && percent <= std::max(points[10].percent, points[11].percent));
        QVERIFY(QByteArray::fromStdString(curves.csv()).count('\n') == qsizetype(points.size()) + 1);
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(ExportTest)
#include "export_test.moc"
