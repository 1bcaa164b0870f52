// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qt_fixture.h"
#include "widgets/colour_map.h"
#include "widgets/decimate.h"
#include "widgets/format.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QTest>
#include <cmath>

using namespace cdra::widgets;

namespace {
// Narrow no-break spaces as plain ones, for reading.
QString plain(QString text) {
    return text.replace(QChar(0x202F), ' ');
}
} // namespace

class FormatTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void numbers() {
        QCOMPARE(plain(grouped(85798656)), QString("85 798 656"));
        QCOMPARE(plain(grouped(1000)), QString("1 000"));
        QCOMPARE(plain(grouped(999)), QString("999"));
        QCOMPARE(plain(grouped(-1234)), QString("−1 234"));
        QCOMPARE(plain(short_count(951)), QString("951"));
        QCOMPARE(plain(short_count(20213)), QString("20.2 k"));
        QCOMPARE(plain(short_count(999999)), QString("1.0 M"));
        QCOMPARE(plain(short_count(85798656)), QString("85.8 M"));
        QCOMPARE(decimal(0.0431), QString("0.0431"));
        QCOMPARE(decimal(1.5e-9, 2), QString("1.5 × 10⁻⁹"));
        QCOMPARE(decimal(1e-9), QString("10⁻⁹"));
        QCOMPARE(decimal(0), QString("0"));
        QCOMPARE(decimal(NAN), QString("–"));
        QCOMPARE(plain(percent(0.0043)), QString("0.43 %"));
        QCOMPARE(plain(bytes(1610612736)), QString("1.5 GiB"));
        QCOMPARE(plain(size_text(384, 1536)), QString("384 × 1 536"));
    }
    void durations() {
        QCOMPARE(plain(duration(4.21)), QString("4.2 s"));
        QCOMPARE(plain(duration(59.4)), QString("59 s"));
        QCOMPARE(plain(duration(192)), QString("3 min 12 s"));
        QCOMPARE(plain(duration(7500)), QString("2 h 5 min"));
        QCOMPARE(plain(eta(180)), QString("ETA 3 min"));
        QCOMPARE(eta(-1), QString());
        QCOMPARE(eta(INFINITY), QString());
    }
    void ticksAreRoundAndInside() {
        for (const double high : {0.7, 3.0, 18.0, 384.0, 1536.0, 1e-7}) {
            const auto ticks = plots::nice_ticks(0, high, 5);
            QVERIFY(ticks.size() >= 3 && ticks.size() <= 8);
            QVERIFY(ticks.front() == 0 && ticks.back() <= high * 1.000001);
        }
    }
    void textContrast() {
        for (const QPalette& palette : {light_palette(), dark_palette()}) {
            const QColor window = palette.color(QPalette::Window), base = palette.color(QPalette::Base);
            for (const QColor& background : {window, base})
                for (const QColor& colour :
                     {palette.color(QPalette::Text), colours::muted(palette), colours::accent(palette),
                      colours::rows(palette), colours::columns(palette), colours::sensitive(palette),
                      colours::good(palette), colours::warning(palette), colours::danger(palette)})
                    QVERIFY2(colours::contrast(colour, background) >= 4.5,
                             qPrintable(colour.name() + " on " + background.name()));
            QVERIFY(colours::contrast(palette.color(QPalette::HighlightedText),
                                      palette.color(QPalette::Highlight)) >= 4.5);
            for (int i = 0; i < 7; ++i)
                QVERIFY(colours::contrast(colours::series(i, palette), base) >= 3);
        }
        QVERIFY(std::abs(colours::contrast(Qt::black, Qt::white) - 21) < 1e-6);
    }
    void colourMapsGetBrighter() {
        for (const ColourMap map : colour_maps) {
            double before = -1;
            for (const QRgb colour : colour_table(map)) {
                const double luma = 0.2126 * qRed(colour) + 0.7152 * qGreen(colour) + 0.0722 * qBlue(colour);
                QVERIFY2(luma >= before - 0.75, qPrintable(name_of(map)));
                before = std::max(before, luma);
            }
            QVERIFY(before > 180);
            QCOMPARE(colour_at(map, NAN), colour_table(map).front());
            QCOMPARE(colour_at(map, 7), colour_table(map).back());
        }
    }
    void decimationKeepsExtremes() {
        std::vector<QPointF> points;
        for (int i = 0; i < 100000; ++i)
            points.emplace_back(i, std::sin(i * 0.001));
        points[31234].setY(9);
        points[77777].setY(-9);
        points[500].setY(NAN);
        const auto few = decimate(points, 200);
        QVERIFY(few.size() <= 800);
        QVERIFY(few.size() >= 200);
        QVERIFY(std::find(few.begin(), few.end(), points[31234]) != few.end());
        QVERIFY(std::find(few.begin(), few.end(), points[77777]) != few.end());
        QCOMPARE(few.front(), points.front());
        QCOMPARE(few.back(), points.back());
        QVERIFY(std::is_sorted(few.begin(), few.end(),
                               [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); }));
        // Naive: every bucket's lowest and highest are among the points kept.
        for (int bucket = 0; bucket < 200; ++bucket) {
            double high = -INFINITY, kept = -INFINITY;
            const auto inside = [&](const QPointF& p) {
                return std::min(199, int(p.x() / 99999.0 * 200)) == bucket;
            };
            for (const QPointF& p : points)
                if (inside(p) && p.y() > high) high = p.y();
            for (const QPointF& p : few)
                if (inside(p)) kept = std::max(kept, p.y());
            QCOMPARE(kept, high);
        }
        QCOMPARE(decimate(std::span(points).first(100), 200).size(), std::size_t(100));
    }
    void smoothingOfAConstantIsTheConstant() {
        std::vector<QPointF> points;
        for (int i = 0; i < 50; ++i)
            points.emplace_back(i, 3.5);
        for (const QPointF& p : smooth(points, 0.9))
            QVERIFY(std::abs(p.y() - 3.5) < 1e-12);
        points = {{0, 0}, {1, 1}};
        QVERIFY(std::abs(smooth(points, 0.5)[1].y() - 2.0 / 3) < 1e-12);
    }

  private:
    cdra::test::QtFixture fixture_;
};

QTEST_GUILESS_MAIN(FormatTest)
#include "format_test.moc"
