// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qt_fixture.h"
#include "tests/widgets/sample_plan.h"
#include "widgets/compact_view.h"
#include "widgets/distribution_view.h"
#include "widgets/plots.h"
#include "widgets/profile_view.h"

#include <QCheckBox>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <numeric>

using namespace cdra;
using namespace cdra::widgets;

class ProfileTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    // A 4 (in) × 5 (out) matrix with known weights.
    void sharesByHand() {
        checkpoint::MatrixShape shape;
        shape.in = 4;
        shape.out = 5;
        // flat = out·4 + in
        const std::vector<std::uint32_t> mask = {0 * 4 + 1, 1 * 4 + 1, 1 * 4 + 3, 4 * 4 + 1};
        ProfileView view;
        view.setProfile(sensitivity::profile(shape, mask));
        QCOMPARE(view.shownRows(), (std::vector<double>{0, 60, 0, 20}));
        QCOMPARE(view.shownColumns(), (std::vector<double>{25, 50, 0, 0, 25}));
        view.setSorted(true);
        QCOMPARE(view.shownRows(), (std::vector<double>{60, 20, 0, 0}));
        QCOMPARE(view.shownColumns(), (std::vector<double>{50, 25, 25, 0, 0}));
    }

    void hoverTellsTheFeatureItself() {
        checkpoint::MatrixShape shape;
        shape.in = 4;
        shape.out = 5;
        ProfileView view;
        view.setShows(ProfileView::rows);
        view.setProfile(sensitivity::profile(shape, std::vector<std::uint32_t>{1, 5, 7, 17}));
        view.setSorted(true);
        view.resize(400, 200);
        view.show();
        QSignalSpy hovered(&view, &ProfileView::hovered);
        // Just right of the axis: the first of the sorted rows, which is row 1.
        const QRectF area =
            plots::frame_area(view.rect(), plots::screen_style(view), 60 * plots::profile_headroom);
        QTest::mouseMove(&view, QPoint(int(area.left()) + 4, int(area.center().y())));
        QVERIFY(!hovered.isEmpty());
        QCOMPARE(hovered.last()[0].toBool(), true);
        QCOMPARE(hovered.last()[1].toInt(), 1);
        QCOMPARE(hovered.last()[3].toInt(), 3);
        QCOMPARE(hovered.last()[2].toDouble(), 60.0);
    }

    void means() {
        const auto plan = test::sample_plan(*test::sample_map(3));
        DistributionView view;
        view.setPlan(*plan);
        double rows = 0, columns = 0;
        for (const auto& matrix : plan->matrices) {
            rows += matrix.reorganised.compact_rows;
            columns += matrix.reorganised.compact_columns;
        }
        QVERIFY(rows > 0 && columns > 0);
        QCOMPARE(view.meanRows(), rows / 18);
        QCOMPARE(view.meanColumns(), columns / 18);
        QSignalSpy selected(&view, &DistributionView::selected);
        view.resize(500, 250);
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(495 - 8, 120));
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected[0][0].toInt(), 17);
    }

    // The picture of Figure 4: every sensitive weight inside the box, and each of them visible.
    void maskImageHoldsEverySensitiveWeight() {
        const auto plan = test::sample_plan(*test::sample_map(1));
        const auto& matrix = plan->matrices[4];
        const QImage full = plots::mask_image(matrix, 4096, Qt::black, Qt::white);
        QCOMPARE(full.size(), QSize(192, 48));
        std::size_t dark = 0;
        for (int y = 0; y < full.height(); ++y)
            for (int x = 0; x < full.width(); ++x)
                if (full.pixel(x, y) != qRgb(255, 255, 255)) {
                    ++dark;
                    QVERIFY(y < int(matrix.reorganised.compact_rows) &&
                            x < int(matrix.reorganised.compact_columns));
                }
        QCOMPARE(dark, matrix.mask.size());
        // Reduced, a pixel is dark exactly if one of its cells is.
        const QImage small = plots::mask_image(matrix, 16, Qt::black, Qt::white);
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 16; ++x) {
                bool any = false;
                for (int r = 0; r < 48; ++r)
                    for (int c = 0; c < 192; ++c)
                        if (r * 16 / 48 == y && c * 16 / 192 == x)
                            any |= full.pixel(c, r) != qRgb(255, 255, 255);
                QCOMPARE(small.pixel(x, y) != qRgb(255, 255, 255), any);
            }
    }

    void compactViewShowsTheOrdersAndTheBox() {
        const auto map = test::sample_map(1);
        const auto plan = test::sample_plan(*map);
        CompactView view;
        view.resize(600, 400);
        QSignalSpy built(view.heatMap(), &HeatMapView::built);
        view.setMatrix(plan, 4, map->matrices[4].values.shared());
        QVERIFY(built.wait());
        const auto image = view.heatMap()->image();
        QCOMPARE(image->original_row(0), plan->matrices[4].reorganised.row_order[0]);
        for (int r = 0; r < image->rows(); ++r)
            for (int c = 0; c < image->columns(); ++c)
                if (image->masked(r, c))
                    QVERIFY(r < int(plan->matrices[4].reorganised.compact_rows) &&
                            c < int(plan->matrices[4].reorganised.compact_columns));
        view.show();
        QSignalSpy changed(&view, &CompactView::reorganisedChanged);
        view.findChild<QCheckBox*>("reorganised")->click(); // animated
        QCOMPARE(changed.count(), 1);
        QTRY_COMPARE(view.heatMap()->image()->original_row(1), 1U);
        QTest::qWait(300);
        view.clear("nothing");
        QVERIFY(!view.heatMap()->image());
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(ProfileTest)
#include "profile_test.moc"
