// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The heat map under the hand: range handles, box zoom, the dragged box, copies.
#include "core/base/error.h"
#include "tests/support/qt_fixture.h"
#include "tests/widgets/sample_plan.h"
#include "widgets/compact_view.h"
#include "widgets/heat_map_view.h"

#include <QSignalSpy>
#include <QTest>
#include <algorithm>

using namespace cdra;
using namespace cdra::widgets;

class HeatMapHandTest : public QObject {
    Q_OBJECT

    // 40 outputs × 30 inputs of a thousand-fold range.
    static HeatMapSource source() {
        HeatMapSource source;
        source.out = 40;
        source.in = 30;
        std::vector<float> values(1200);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(std::pow(10.0, -6 + 3 * double(i * 7919 % 1200) / 1200));
        source.values = std::make_shared<const std::vector<float>>(std::move(values));
        return source;
    }
    void show(HeatMapView& view) {
        view.resize(600, 500);
        QSignalSpy built(&view, &HeatMapView::built);
        view.setSource(source());
        QVERIFY(built.wait());
        view.show();
    }
    static void drag(QWidget& widget, QPoint from, QPoint to, Qt::KeyboardModifiers keys = {}) {
        QTest::mousePress(&widget, Qt::LeftButton, keys, from);
        QTest::mouseMove(&widget, (from + to) / 2);
        QTest::mouseMove(&widget, to);
        QTest::mouseRelease(&widget, Qt::LeftButton, keys, to);
    }

  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void barIsInvertible() {
        HeatMapView view;
        show(view);
        for (const HeatScale scale : {HeatScale::logarithmic, HeatScale::linear, HeatScale::percentile}) {
            view.setScale(scale);
            double last = -1;
            for (int i = 1; i <= 10; ++i) {
                const double place = i / 10.0, value = view.barValue(place);
                QVERIFY(value > last);
                last = value;
                QVERIFY2(std::abs(view.barPosition(value) - place) < 0.01, qPrintable(QString("%1: %2").arg(place).arg(view.barPosition(value))));
            }
        }
    }

    void percentileGivesEqualSharesOfColours() {
        HeatMapView view;
        show(view);
        const auto& image = *view.image();
        const auto lookup = colour_lookup(ColourMap::cividis, HeatScale::percentile, {image.smallest_positive(), image.largest()}, &image);
        int lower_half = 0;
        const auto& table = colour_table(ColourMap::cividis);
        for (const float value : *image.source().values) {
            const auto colour = lookup[HeatMapImage::code_of(value)];
            lower_half += std::find(table.begin(), table.end(), colour) - table.begin() < 128;
        }
        QVERIFY2(std::abs(lower_half - 600) < 12, qPrintable(QString::number(lower_half)));
    }

    void countAboveIsTheRank() {
        HeatMapView view;
        show(view);
        auto values = *view.image()->source().values;
        std::ranges::sort(values, std::greater<>());
        for (const std::size_t place : {0UL, 1UL, 600UL, 1199UL}) {
            const auto above = view.image()->count_above(values[place]);
            // Values of one code (1/256 octave) count as equal.
            const auto exact = std::size_t(std::ranges::count_if(values, [&](float v) { return HeatMapImage::code_of(v) > HeatMapImage::code_of(values[place]); }));
            QCOMPARE(above, exact);
            QVERIFY(above <= place);
        }
    }

    void handlesMoveTheRange() {
        HeatMapView view;
        show(view);
        QSignalSpy changed(&view, &HeatMapView::rangeChanged);
        const auto before = view.range();
        const QRect bar = view.barRect();
        const auto y_of = [&](double value) { return int(std::lround(bar.bottom() - view.barPosition(value) * bar.height())); };
        drag(view, {bar.center().x(), y_of(double(before.second))}, {bar.center().x(), bar.top() + bar.height() / 4});
        QVERIFY(changed.count() > 0);
        const auto after = view.range();
        QCOMPARE(after.first, before.first);
        QVERIFY(after.second < before.second);
        QVERIFY(std::abs(view.barPosition(double(after.second)) - 0.75) < 0.02);
        // The lower one can't pass the upper one.
        drag(view, {bar.center().x(), y_of(double(after.first))}, {bar.center().x(), bar.top()});
        QVERIFY(view.range().first < view.range().second);
        // Keys do the same, R takes everything back.
        QTest::keyClick(&view, Qt::Key_R);
        QCOMPARE(view.range(), before);
        QTest::keyClick(&view, Qt::Key_BracketRight);
        QVERIFY(view.range().first > before.first);
        QTest::keyClick(&view, Qt::Key_BraceLeft);
        QVERIFY(view.range().second < before.second);
        QTest::mouseDClick(&view, Qt::LeftButton, {}, view.barRect().center());
        QCOMPARE(view.range(), before);
    }

    void shiftAndDragZoomsIntoARectangle() {
        HeatMapView view;
        show(view);
        const double before = view.zoom();
        const QPoint from = view.cellPosition(10, 10).toPoint(), to = view.cellPosition(20, 16).toPoint();
        drag(view, from, to, Qt::ShiftModifier);
        QVERIFY(view.zoom() > 2 * before);
        // What was inside is inside.
        const QRect area = view.plotArea();
        QVERIFY(area.adjusted(-2, -2, 2, 2).contains(view.cellPosition(10, 10).toPoint()));
        QVERIFY(area.adjusted(-2, -2, 2, 2).contains(view.cellPosition(20, 16).toPoint()));
        QTest::keyClick(&view, Qt::Key_0);
        QCOMPARE(view.zoom(), before);
    }

    void csvHoldsWhatIsInView() {
        HeatMapView view;
        show(view);
        QList<QByteArray> lines = QByteArray::fromStdString(view.csv()).trimmed().split('\n');
        QCOMPARE(lines.size(), 31);
        QCOMPARE(lines[0].split(',').size(), 41);
        QCOMPARE(lines[3].split(',')[0].toInt(), 2);
        QCOMPARE(lines[3].split(',')[6].toFloat(), view.image()->value(2, 5));
        drag(view, view.cellPosition(10, 10).toPoint(), view.cellPosition(14, 13).toPoint(), Qt::ShiftModifier);
        lines = QByteArray::fromStdString(view.csv()).trimmed().split('\n');
        QVERIFY(lines.size() < 20);
        HeatMapView empty;
        QVERIFY_THROWS_EXCEPTION(InputError, empty.csv());
    }

    void theBoxIsDraggedAndTheQuadrantPicked() {
        const auto map = test::sample_map(2);
        const auto plan = test::sample_plan(*map);
        CompactView view;
        view.setAnimated(false);
        view.resize(640, 560);
        QSignalSpy built(view.heatMap(), &HeatMapView::built);
        const int index = 4;
        view.setMatrix(plan, index, map->matrices[index].values.shared());
        QVERIFY(built.wait());
        view.show();
        const auto& compact = plan->matrices[index].reorganised;
        QCOMPARE(view.heatMap()->box(), QSize(int(compact.compact_columns), int(compact.compact_rows)));
        QSignalSpy asked(&view, &CompactView::sizeScaleAsked), quadrant(&view, &CompactView::quadrantAsked);
        const QPoint corner = view.heatMap()->cellPosition(compact.compact_columns, compact.compact_rows).toPoint();
        const QPoint half = view.heatMap()->cellPosition(compact.compact_columns / 2.0, compact.compact_rows / 2.0).toPoint();
        drag(*view.heatMap(), corner, half);
        QVERIFY(asked.count() > 0);
        QVERIFY(std::abs(asked.last()[0].toDouble() - 0.5) < 0.06);
        QCOMPARE(quadrant.count(), 0);
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(HeatMapHandTest)
#include "heat_map_hand_test.moc"
