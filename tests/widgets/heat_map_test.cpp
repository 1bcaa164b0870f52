// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "tests/support/qt_fixture.h"
#include "widgets/heat_map_view.h"

#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <algorithm>

using namespace cdra;
using namespace cdra::widgets;

namespace {

HeatMapSource source_of(std::int64_t out, std::int64_t in, std::vector<float> values,
                        std::vector<std::uint32_t> mask = {}) {
    HeatMapSource source;
    source.out = out;
    source.in = in;
    source.values = std::make_shared<const std::vector<float>>(std::move(values));
    source.mask = std::make_shared<const std::vector<std::uint32_t>>(std::move(mask));
    return source;
}

float noise(std::size_t i) {
    return float((i * 2654435761U % 1000) + 1) * 1e-6F;
}

} // namespace

class HeatMapTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void codesAreMonotone() {
        float before = 0;
        for (float value = 1e-30F; value < 1e30F; value *= 1.37F) {
            QVERIFY(HeatMapImage::code_of(value) > HeatMapImage::code_of(before));
            QVERIFY(HeatMapImage::value_of(HeatMapImage::code_of(value)) <= value);
            QVERIFY(HeatMapImage::value_of(HeatMapImage::code_of(value)) > value * 0.992F);
            before = value;
        }
        QCOMPARE(HeatMapImage::code_of(0), std::uint16_t(0));
        QCOMPARE(HeatMapImage::code_of(-2.0F), HeatMapImage::code_of(2.0F));
        QCOMPARE(HeatMapImage::code_of(NAN), std::uint16_t(0));
    }

    void rowsAreInputsAndColumnsOutputs() {
        // [out = 2, in = 3]; a row of the picture is an input feature.
        const auto image = HeatMapImage::build(source_of(2, 3, {1, 2, 3, 4, 5, 6}, {1, 5}));
        QCOMPARE(image->rows(), 3);
        QCOMPARE(image->columns(), 2);
        QCOMPARE(image->value(0, 1), 4.0F);
        QCOMPARE(image->value(2, 0), 3.0F);
        QVERIFY(image->masked(1, 0)); // flat 1 = out 0, in 1
        QVERIFY(image->masked(2, 1)); // flat 5 = out 1, in 2
        QVERIFY(!image->masked(0, 0));
        QCOMPARE(image->smallest_positive(), 1.0F);
        QCOMPARE(image->largest(), 6.0F);
    }

    void ordersPermuteTheDisplay() {
        auto source = source_of(2, 3, {1, 2, 3, 4, 5, 6}, {1, 5});
        source.row_order = {2, 0, 1};
        source.column_order = {1, 0};
        const auto image = HeatMapImage::build(source);
        QCOMPARE(image->value(0, 0), 6.0F); // row 2, column 1
        QCOMPARE(image->value(1, 1), 1.0F); // row 0, column 0
        QVERIFY(image->masked(0, 0));
        QVERIFY(image->masked(2, 1)); // row 1, column 0
        QCOMPARE(image->original_row(0), 2U);
        QCOMPARE(image->original_column(0), 1U);
    }

    void anEarlierImagesCountsAreThoseOfACountAnew() {
        auto source = source_of(3, 4, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {1, 5});
        const auto earlier = HeatMapImage::build(source);
        source.row_order = {2, 0, 1, 3};
        source.mask.reset();
        const auto other = source_of(3, 4, {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 20});
        for (const HeatMapSource& next : {source, other}) { // the same values, and others
            const auto anew = HeatMapImage::build(next), quick = HeatMapImage::build(next, {}, earlier);
            QCOMPARE(quick->levels().size(), anew->levels().size());
            for (std::size_t i = 0; i < anew->levels().size(); ++i) QVERIFY(quick->levels()[i].codes == anew->levels()[i].codes);
            QVERIFY(anew->largest() > 0);
            QCOMPARE(quick->largest(), anew->largest());
            QCOMPARE(quick->smallest_positive(), anew->smallest_positive());
            for (const double fraction : {0.0, 0.4, 1.0}) QCOMPARE(quick->quantile(fraction), anew->quantile(fraction));
        }
    }

    void badInputIsNamed() {
        auto source = source_of(2, 3, {1, 2, 3});
        QVERIFY_THROWS_EXCEPTION(InputError, HeatMapImage::build(source));
        source = source_of(2, 3, {1, 2, 3, 4, 5, 6}, {6});
        QVERIFY_THROWS_EXCEPTION(InputError, HeatMapImage::build(source));
        source = source_of(2, 3, {1, 2, 3, 4, 5, 6});
        source.row_order = {0, 0, 1};
        QVERIFY_THROWS_EXCEPTION(InputError, HeatMapImage::build(source));
    }

    void stopIsHonoured() {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_THROWS_EXCEPTION(
            Cancelled,
            HeatMapImage::build(source_of(64, 64, std::vector<float>(4096, 1.0F)), stop.get_token()));
    }

    // Every level against a naive maximum over its cells, for sizes that do not halve evenly.
    void pyramidIsTheMaximum() {
        const std::int64_t out = 77, in = 45;
        std::vector<float> values(std::size_t(out * in));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = noise(i);
        std::vector<std::uint32_t> mask = {5, 900, 901, std::uint32_t(out * in - 1)};
        const auto image = HeatMapImage::build(source_of(out, in, values, mask));
        QVERIFY(image->levels().size() > 3);
        for (std::size_t l = 0; l < image->levels().size(); ++l) {
            const auto& level = image->levels()[l];
            const int cell = 1 << l;
            for (int r = 0; r < level.rows; ++r)
                for (int c = 0; c < level.columns; ++c) {
                    std::uint16_t most = 0;
                    bool any = false;
                    for (int i = r * cell; i < std::min<int>((r + 1) * cell, int(in)); ++i)
                        for (int j = c * cell; j < std::min<int>((c + 1) * cell, int(out)); ++j) {
                            most = std::max(
                                most, HeatMapImage::code_of(values[std::size_t(j) * in + std::size_t(i)]));
                            any |= std::binary_search(mask.begin(), mask.end(), std::uint32_t(j * in + i));
                        }
                    QCOMPARE(level.codes[std::size_t(r * level.columns + c)], most);
                    QCOMPARE(level.masked[std::size_t(r * level.columns + c)] != 0, any);
                }
        }
    }

    // A lattice of isolated cells at one eighth of the size: each shows, in its own colour, and nothing else
    // does.
    void isolatedCellsSurviveZoomingOut() {
        const int side = 512, step = 24, reduction = 8;
        std::vector<float> values(std::size_t(side * side), 1e-6F);
        std::vector<std::uint32_t> mask;
        for (int out = 3; out < side; out += step)
            for (int in = 5; in < side; in += step) {
                values[std::size_t(out * side + in)] = 1;
                mask.push_back(std::uint32_t(out * side + in));
            }
        const auto image = HeatMapImage::build(source_of(side, side, values, mask));
        const auto lookup = colour_lookup(ColourMap::viridis, HeatScale::logarithmic, {1e-6F, 1.0F});
        const QRgb mark = qRgb(1, 2, 3);
        const QRectF all(0, 0, side, side);
        const QImage plain =
            render_heat_map(*image, all, {side / reduction, side / reduction}, lookup, std::nullopt);
        const QImage marked =
            render_heat_map(*image, all, {side / reduction, side / reduction}, lookup, mark);
        int seen = 0;
        for (int y = 0; y < plain.height(); ++y)
            for (int x = 0; x < plain.width(); ++x) {
                std::uint16_t most = 0;
                bool any = false;
                for (int in = y * reduction; in < (y + 1) * reduction; ++in)
                    for (int out = x * reduction; out < (x + 1) * reduction; ++out) {
                        most = std::max(most, HeatMapImage::code_of(values[std::size_t(out * side + in)]));
                        any |= in % step == 5 && out % step == 3;
                    }
                QCOMPARE(plain.pixel(x, y), lookup[most]);
                QCOMPARE(marked.pixel(x, y) == mark, any);
                seen += any;
            }
        QCOMPARE(seen, int(mask.size()));
    }

    // At a reduction that no level matches, each isolated cell still shows.
    void isolatedCellsSurviveOddZooms() {
        const int side = 300;
        std::vector<float> values(std::size_t(side * side), 0.0F);
        std::vector<std::uint32_t> mask;
        for (int out = 7; out < side; out += 30)
            for (int in = 11; in < side; in += 30)
                mask.push_back(std::uint32_t(out * side + in));
        const auto image = HeatMapImage::build(source_of(side, side, values, mask));
        const auto lookup = colour_lookup(ColourMap::grey, HeatScale::linear, {0.0F, 1.0F});
        for (const int pixels : {97, 113, 151, 211, 299}) {
            const QImage picture =
                render_heat_map(*image, QRectF(0, 0, side, side), {pixels, pixels}, lookup, qRgb(255, 0, 0));
            const double cells = double(side) / pixels;
            for (const auto flat : mask) {
                const int x = int((flat / side + 0.5) / cells), y = int((flat % side + 0.5) / cells);
                QCOMPARE(picture.pixel(x, y), qRgb(255, 0, 0));
            }
        }
    }

    // Pixel by pixel over the cells of the level that the renderer must choose, whatever the stretch.
    void everyPixelIsTheLargestUnderIt() {
        const int rows = 301, columns = 517;
        auto values = std::make_shared<std::vector<float>>();
        auto mask = std::make_shared<std::vector<std::uint32_t>>();
        std::uint32_t state = 7;
        for (std::uint32_t i = 0; i < std::uint32_t(rows * columns); ++i) {
            state = state * 1664525U + 1013904223U;
            values->push_back(float(state >> 8) / 16777216.0F);
            if (state % 211 == 0) mask->push_back(i);
        }
        HeatMapSource source;
        source.values = values;
        source.mask = mask;
        source.out = columns;
        source.in = rows;
        const auto image = HeatMapImage::build(source);
        const auto lookup = colour_lookup(ColourMap::viridis, HeatScale::linear, {0, 1});
        const QRgb over = qRgb(255, 0, 255), ground = qRgb(1, 2, 3);
        int outside = 0, marked = 0;
        for (const auto& [cells, size] : {std::pair(QRectF(0, 0, columns, rows), QSize(200, 90)), std::pair(QRectF(-20.3, 11.7, 300.9, 120.4), QSize(311, 97)),
                                          std::pair(QRectF(100, 50, 40, 30), QSize(400, 300)), std::pair(QRectF(0, 0, columns, rows), QSize(40, 290)),
                                          std::pair(QRectF(3.5, -9, 600, 320), QSize(601, 320))}) {
            const QImage picture = render_heat_map(*image, cells, size, lookup, over, ground);
            QImage before(size, picture.format()); // an earlier frame's memory: nothing of it may be left
            before.fill(qRgb(9, 9, 9));
            const auto* memory = std::as_const(before).constBits();
            const QImage again = render_heat_map(*image, cells, size, lookup, over, ground, std::move(before));
            QCOMPARE(again, picture);
            QCOMPARE(std::as_const(again).constBits(), memory);
            const double dx = cells.width() / size.width(), dy = cells.height() / size.height();
            const int level_index = std::clamp(int(std::floor(std::log2(std::max(1.0, std::min(dx, dy))) + 1e-9)), 0, int(image->levels().size()) - 1);
            const auto& level = image->levels()[std::size_t(level_index)];
            const double cell = std::pow(2.0, level_index);
            const auto covered = [&](double start, double step, int pixel, int count) {
                double low = start + pixel * step, high = low + step;
                if (step <= 1) low = high = (low + high) / 2;
                const int first = int(std::floor(low / cell + 1e-9)), last = std::max(first, int(std::ceil(high / cell - 1e-9)) - 1);
                return std::pair(std::max(first, 0), std::min(last, count - 1));
            };
            for (int y = 0; y < size.height(); ++y)
                for (int x = 0; x < size.width(); ++x) {
                    const auto [left, right] = covered(cells.left(), dx, x, level.columns);
                    const auto [top, bottom] = covered(cells.top(), dy, y, level.rows);
                    std::uint16_t code = 0;
                    bool any = false;
                    for (int r = top; r <= bottom; ++r)
                        for (int c = left; c <= right; ++c) {
                            code = std::max(code, level.codes[std::size_t(r * level.columns + c)]);
                            any = any || level.masked[std::size_t(r * level.columns + c)];
                        }
                    const bool none = left > right || top > bottom;
                    outside += none;
                    marked += any;
                    const QRgb expected = none ? ground : any ? over : lookup[code];
                    if (picture.pixel(x, y) != expected) QFAIL(qPrintable(QString("%1 × %2: pixel %3, %4").arg(size.width()).arg(size.height()).arg(x).arg(y)));
                }
        }
        QVERIFY(outside > 100 && marked > 100);
    }

    void quantilesAndLookupsEqualTheirTwins() {
        auto values = std::make_shared<std::vector<float>>();
        std::uint32_t state = 3;
        for (int i = 0; i < 4000; ++i) {
            state = state * 1664525U + 1013904223U;
            values->push_back(i % 5 == 0 ? 0 : std::exp(float(state >> 8) / 1000000.0F - 12));
        }
        HeatMapSource source;
        source.values = values;
        source.out = 40;
        source.in = 100;
        const auto image = HeatMapImage::build(source);
        std::vector<float> positive;
        for (const float value : *values)
            if (value > 0) positive.push_back(value);
        std::ranges::sort(positive);
        for (const double fraction : {0.0, 0.002, 0.2, 0.5, 0.77, 0.999, 1.0}) {
            const auto at = std::min(positive.size() - 1, std::size_t(fraction * double(positive.size())));
            QCOMPARE(image->quantile(fraction), HeatMapImage::value_of(HeatMapImage::code_of(positive[at])));
        }
        // One colour for every code, each by itself.
        const std::pair<float, float> range(positive[100], positive[3000]);
        for (const HeatScale scale : {HeatScale::logarithmic, HeatScale::linear, HeatScale::percentile}) {
            const auto lookup = colour_lookup(ColourMap::cividis, scale, range, image.get());
            const auto place = [&](float value) {
                if (scale == HeatScale::percentile) return image->fraction_below(HeatMapImage::code_of(value));
                return scale == HeatScale::linear ? double(value) : std::log2(std::max(double(value), 1e-45));
            };
            QCOMPARE(lookup[0], colour_table(ColourMap::cividis)[0]);
            for (std::size_t code = 1; code < 0xff00; ++code) {
                const double step = std::clamp((place(HeatMapImage::value_of(std::uint16_t(code))) - place(range.first)) * 255 / (place(range.second) - place(range.first)) + 0.5, 0.0, 255.0);
                const auto near = [&](double by) { return lookup[code] == colour_table(ColourMap::cividis)[std::size_t(std::clamp(step + by, 0.0, 255.0))]; };
                if (!near(0) && !near(1e-9) && !near(-1e-9)) QFAIL(qPrintable(QString("scale %1, code %2").arg(int(scale)).arg(code)));
            }
        }
    }

    void lookupFollowsRangeAndScale() {
        const auto log = colour_lookup(ColourMap::cividis, HeatScale::logarithmic, {1e-4F, 1.0F});
        const auto& table = colour_table(ColourMap::cividis);
        QCOMPARE(log[0], table[0]);
        QCOMPARE(log[HeatMapImage::code_of(1e-5F)], table[0]);
        QCOMPARE(log[HeatMapImage::code_of(1.0F)], table[255]);
        const int middle =
            int(std::find(table.begin(), table.end(), log[HeatMapImage::code_of(1e-2F)]) - table.begin());
        QVERIFY(middle > 124 && middle < 131);
        const auto linear = colour_lookup(ColourMap::cividis, HeatScale::linear, {0.0F, 1.0F});
        const int quarter =
            int(std::find(table.begin(), table.end(), linear[HeatMapImage::code_of(0.25F)]) - table.begin());
        QVERIFY(quarter > 61 && quarter < 66);
    }

    void viewReadsOutZoomsAndPans() {
        HeatMapView view;
        view.resize(600, 500);
        QSignalSpy built(&view, &HeatMapView::built);
        std::vector<float> values(64 * 32);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = noise(i);
        view.setSource(source_of(64, 32, values, {33}));
        QVERIFY(view.building());
        QVERIFY(built.wait());
        QVERIFY(!view.building());
        view.show();
        QCOMPARE(view.image()->rows(), 32);
        QSignalSpy hovered(&view, &HeatMapView::hovered);
        const QPointF place = view.cellPosition(1.5, 1.5); // column 1, row 1: flat 33, masked
        QTest::mouseMove(&view, place.toPoint());
        QCOMPARE(hovered.count(), 1);
        const auto cell = hovered[0][0].value<HeatCell>();
        QCOMPARE(cell.row, 1);
        QCOMPARE(cell.column, 1);
        QCOMPARE(cell.value, values[33]);
        QVERIFY(cell.masked);
        // Zooming keeps the cell under the pointer.
        const double before = view.zoom();
        const QPointF middle = view.cellPosition(32.5, 16.5);
        QWheelEvent wheel(middle, view.mapToGlobal(middle), {}, {0, 960}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&view, &wheel);
        QVERIFY(view.zoom() > before * 1.5);
        QCOMPARE(view.cellAt(middle)->row, 16);
        QCOMPARE(view.cellAt(middle)->column, 32);
        // Dragging moves by pixels.
        const QPointF corner = view.cellPosition(20, 10);
        const QPoint centre = view.plotArea().center();
        QTest::mousePress(&view, Qt::LeftButton, {}, centre);
        QTest::mouseMove(&view, centre - QPoint(30, 12));
        QTest::mouseRelease(&view, Qt::LeftButton, {}, centre - QPoint(30, 12));
        const QPointF moved = view.cellPosition(20, 10) - corner;
        QVERIFY(std::abs(moved.x() + 30) < 1.5 && std::abs(moved.y() + 12) < 1.5);
        QTest::keyClick(&view, Qt::Key_0);
        QCOMPARE(view.zoom(), before);
        QTest::keyClick(&view, Qt::Key_Plus);
        QVERIFY(view.zoom() > before);
        QTest::mouseDClick(&view, Qt::LeftButton, {}, centre);
        QCOMPARE(view.zoom(), before);
    }

    void keyboardCrossHairReadsOut() {
        HeatMapView view;
        view.resize(500, 400);
        QSignalSpy built(&view, &HeatMapView::built);
        view.setSource(source_of(9, 9, std::vector<float>(81, 1.0F)));
        QVERIFY(built.wait());
        QSignalSpy hovered(&view, &HeatMapView::hovered);
        QTest::keyClick(&view, Qt::Key_Space);
        const auto first = hovered.takeLast()[0].value<HeatCell>();
        QTest::keyClick(&view, Qt::Key_Right);
        QTest::keyClick(&view, Qt::Key_Down);
        const auto last = hovered.takeLast()[0].value<HeatCell>();
        QCOMPARE(last.column, first.column + 1);
        QCOMPARE(last.row, first.row + 1);
    }

    void aBadSourceIsReported() {
        HeatMapView view;
        QSignalSpy failed(&view, &HeatMapView::failed);
        view.setSource(source_of(2, 3, {1}));
        QVERIFY(failed.wait());
        QVERIFY(failed[0][0].toString().contains("6 expected"));
        QVERIFY(!view.image());
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(HeatMapTest)
#include "heat_map_test.moc"
