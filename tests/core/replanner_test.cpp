// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/compact/replanner.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"

#include <QFile>
#include <QtTest>

using namespace cdra;
using namespace cdra::compact;
using cdra::sensitivity::Pool;

class ReplannerTest : public QObject {
    Q_OBJECT

    static QByteArray bytes_of(const CompactPlan& plan) {
        const test::TemporaryFolder folder;
        write_plan(folder / "p.h5", plan);
        QFile file(QString::fromStdString((folder / "p.h5").string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

  private slots:
    // The twin: a plan made from nothing, compared byte for byte, in the order a hand goes through them.
    void plans_are_those_of_make_plan() {
        for (const int levels : {0, 12}) { // without and with ties
            const auto map = std::make_shared<const sensitivity::SensitivityMap>(test::synthetic_map({2, 32, 64, 5, levels}));
            Replanner replanner(map);
            NullProgress progress;
            std::vector<PlanOptions> wishes;
            for (const double gamma : {0.01, 0.011, 0.012, 0.2, 0.19, 0.0, 0.0001, 1.0, 0.3}) wishes.push_back({.amount = Gamma{gamma}});
            for (const std::uint64_t tau : {0ULL, 1ULL, 777ULL}) wishes.push_back({.amount = Tau{tau}, .pool = Pool::matrices});
            wishes.push_back({.amount = Gamma{0.02}, .pool = Pool::matrices, .rank = "fixed:4", .rank_zero = RankZero::one});
            wishes.push_back({.amount = Gamma{0.02}, .edited_ranks = {{"blocks.0.attn.q", 2}}, .size_scale = 0.5});
            wishes.push_back({.amount = Gamma{0.02}, .quadrant = Quadrant::q00, .tune_vectors = false});
            wishes.push_back({.amount = Budget{3.0}});
            for (const PlanOptions& options : wishes) {
                const auto quick = replanner.make(options, progress, {}, 2);
                const auto naive = make_plan(*map, options, progress);
                QCOMPARE(quick.tau, naive.tau);
                for (std::size_t i = 0; i < naive.matrices.size(); ++i) QVERIFY(quick.matrices[i].mask == naive.matrices[i].mask);
                const QByteArray file = bytes_of(quick);
                QVERIFY(!file.isEmpty());
                QVERIFY(file == bytes_of(naive));
            }
        }
    }

    void what_is_impossible_is_refused() {
        Replanner replanner(std::make_shared<const sensitivity::SensitivityMap>(test::synthetic_map()));
        NullProgress progress;
        QVERIFY_EXCEPTION_THROWN(replanner.make({.amount = Gamma{2}}, progress), InputError);
        QVERIFY_EXCEPTION_THROWN(replanner.make({.amount = Tau{1ULL << 60}}, progress), InputError);
        QVERIFY_EXCEPTION_THROWN(replanner.make({.rank = "nine"}, progress), InputError);
        QVERIFY_EXCEPTION_THROWN(replanner.make({.size_scale = 0.5, .quadrant = Quadrant::q01}, progress), InputError);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(replanner.make({}, progress, stop.get_token()), Cancelled);
    }
};

QTEST_GUILESS_MAIN(ReplannerTest)
#include "replanner_test.moc"
