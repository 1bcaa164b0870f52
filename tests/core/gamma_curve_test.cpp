// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/compact/gamma_curve.h"
#include "tests/support/synthetic_map.h"

#include <QtTest>

using namespace cdra;
using namespace cdra::compact;
using cdra::sensitivity::Pool;

class GammaCurveTest : public QObject {
    Q_OBJECT

  private slots:
    // The naive twin: a whole plan for the same count.
    void every_point_is_a_plan() {
        const auto map = test::synthetic_map({2, 32, 64, 5, 0});
        const auto sketched = sketch(map, {}, 2);
        std::vector<PlanOptions> all;
        for (const Pool pool : {Pool::all, Pool::matrices})
            for (const char* rank : {"eq7-unscaled", "eq7", "fixed:4"})
                for (const RankZero zero : {RankZero::mask, RankZero::freeze, RankZero::one})
                    all.push_back({.pool = pool, .rank = rank, .rank_zero = zero});
        all.push_back({.size_scale = 0.5, .tune_vectors = false, .class_token = false});
        all.push_back({.quadrant = Quadrant::q00});
        NullProgress progress;
        for (PlanOptions options : all) {
            const auto curve = gamma_curve(sketched, options, 1e-3, 0.5, 9);
            QVERIFY(curve.size() >= 7);
            for (const GammaPoint& point : curve) {
                options.amount = Tau{point.count};
                const auto plan = make_plan(map, options, progress);
                QCOMPARE(point.trainable, plan.trainable_parameters());
                QCOMPARE(point.percent, plan.trainable_percent());
                QCOMPARE(point.gamma, plan.gamma);
                std::uint64_t ranks = 0;
                for (const auto& matrix : plan.matrices)
                    if (matrix.treatment == Treatment::low_rank) ranks += matrix.rank;
                QCOMPARE(point.rank_sum, ranks);
            }
            QVERIFY(curve.front().trainable < curve.back().trainable);
        }
    }

    void wrong_bounds_and_stops() {
        const auto map = test::synthetic_map({1, 16, 32, 5, 0});
        const auto sketched = sketch(map);
        QVERIFY_EXCEPTION_THROWN(gamma_curve(sketched, {}, 0, 0.5, 9), InputError);
        QVERIFY_EXCEPTION_THROWN(gamma_curve(sketched, {}, 0.1, 2, 9), InputError);
        QVERIFY_EXCEPTION_THROWN(gamma_curve(sketched, {.rank = "nine"}, 0.1, 0.5, 9), InputError);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(sketch(map, stop.get_token()), Cancelled);
    }
};

QTEST_GUILESS_MAIN(GammaCurveTest)
#include "gamma_curve_test.moc"
