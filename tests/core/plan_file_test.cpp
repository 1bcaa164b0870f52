// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/compact/plan.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <algorithm>
#include <functional>

using namespace cdra;
using namespace cdra::compact;

using Damage = std::function<void(CompactPlan&)>;
Q_DECLARE_METATYPE(Damage)

class PlanFileTest : public QObject {
    Q_OBJECT

    test::TemporaryFolder folder_;
    const sensitivity::SensitivityMap map_ = test::synthetic_map({.dim = 64, .mlp_dim = 160});

    CompactPlan make(const PlanOptions& options) const {
        NullProgress progress;
        return make_plan(map_, options, progress);
    }

  private slots:
    void round_trip() {
        std::vector<PlanOptions> all = {
            {.amount = Gamma{0.02}},
            {.amount = Tau{500},
             .pool = sensitivity::Pool::matrices,
             .rank = "eq7",
             .rank_zero = RankZero::freeze},
            {.amount = Budget{2},
             .rank = "fixed:3",
             .edited_ranks = {{"blocks.0.attn.q", 2}, {"blocks.1.mlp.fc2", 0}}},
            {.amount = Gamma{0.02},
             .size_scale = 1.5,
             .tune_vectors = false,
             .beta = 3,
             .class_token = false},
            {.amount = Gamma{0.02}, .rank_zero = RankZero::one, .quadrant = Quadrant::q11},
            {.amount = Gamma{0}}};
        for (const PlanOptions& options : all) {
            const CompactPlan plan = make(options);
            write_plan(folder_ / "P.h5", plan);
            const CompactPlan got = read_plan(folder_ / "P.h5");
            QCOMPARE(plan_json(got), plan_json(plan)); // options, counts, every matrix's and vector's figures
            QCOMPARE(got.matrices.size(), plan.matrices.size());
            for (std::size_t i = 0; i < plan.matrices.size(); ++i) {
                const PlannedMatrix &a = got.matrices[i], &b = plan.matrices[i];
                QVERIFY(a.mask == b.mask && a.reorganised.row_order == b.reorganised.row_order &&
                        a.reorganised.column_order == b.reorganised.column_order &&
                        a.box.rows == b.box.rows && a.box.columns == b.box.columns);
                QCOMPARE(a.shape.block, b.shape.block);
                QCOMPARE(a.shape.kind, b.shape.kind);
                QCOMPARE(a.sensitivity_total, b.sensitivity_total);
            }
            const std::string bytes = read_text_file(folder_ / "P.h5");
            write_plan(folder_ / "P.h5", plan);
            QVERIFY(read_text_file(folder_ / "P.h5") == bytes);
        }
        QVERIFY_EXCEPTION_THROWN(write_plan(folder_ / "none" / "P.h5", make({})), IoError);
    }

    void damage_is_named_data() {
        QTest::addColumn<Damage>("damage");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* name, const char* named, Damage damage) {
            QTest::newRow(name) << damage << named;
        };
        row("row twice", "row_order", [](CompactPlan& p) {
            p.matrices[0].reorganised.row_order[1] = p.matrices[0].reorganised.row_order[0];
        });
        row("row out of range", "row_order",
            [](CompactPlan& p) { p.matrices[0].reorganised.row_order[3] = 64; });
        row("order too short", "column_order: has shape 63, expected 64",
            [](CompactPlan& p) { p.matrices[1].reorganised.column_order.pop_back(); });
        row("order does not sort", "corner",
            [](CompactPlan& p) { std::ranges::reverse(p.matrices[0].reorganised.row_order); });
        row("compact rows too many", "corner",
            [](CompactPlan& p) { ++p.matrices[0].reorganised.compact_rows; });
        row("compact columns too few", "corner",
            [](CompactPlan& p) { --p.matrices[0].reorganised.compact_columns; });
        row("compact columns absurd", "compact_columns",
            [](CompactPlan& p) { p.matrices[0].reorganised.compact_columns = 4000000000U; });
        row("mask outside", "outside the matrix",
            [](CompactPlan& p) { p.matrices[0].mask.back() = 64 * 64; });
        row("mask descends", "does not ascend",
            [](CompactPlan& p) { std::ranges::reverse(p.matrices[0].mask); });
        row("rank too large", "rank", [](CompactPlan& p) { p.matrices[0].rank = 65; });
        row("treatment of another rank", "treatment",
            [](CompactPlan& p) { p.matrices[0].rank = 1, p.matrices[0].treatment = Treatment::frozen; });
        row("another name", "not the name of a candidate matrix",
            [](CompactPlan& p) { p.matrices[0].shape.name = "blocks.0.attn.x"; });
        row("gamma", "\"gamma\"", [](CompactPlan& p) { p.gamma = 1.5; });
        row("tau", "\"tau\"", [](CompactPlan& p) { p.tau = p.pool_size + 1; });
        row("weights", "candidate_weights", [](CompactPlan& p) { ++p.candidate_weights; });
        row("vector", "sensitive of", [](CompactPlan& p) { p.vectors[0].sensitive = 1000; });
        row("size scale", "size_scale", [](CompactPlan& p) { p.options.size_scale = -1; });
        row("beta", "beta", [](CompactPlan& p) { p.options.beta = 0; });
    }
    void damage_is_named() {
        QFETCH(Damage, damage);
        QFETCH(QString, named);
        CompactPlan plan = make({.amount = Gamma{0.02}});
        QVERIFY(plan.matrices[0].mask.size() > 1 && plan.matrices[0].reorganised.compact_rows < 64 &&
                plan.matrices[0].reorganised.compact_rows > 0);
        damage(plan);
        write_plan(folder_ / "bad.h5", plan);
        try {
            read_plan(folder_ / "bad.h5");
            QFAIL("accepted");
        } catch (const CorruptFile& error) {
            const std::string what = error.what();
            QVERIFY2(what.find(named.toStdString()) != std::string::npos &&
                         what.find("bad.h5") != std::string::npos,
                     what.c_str());
        }
    }

    void other_files() {
        QVERIFY_EXCEPTION_THROWN(read_plan(folder_ / "none.h5"), InputError);
        sensitivity::write_map(folder_ / "S.h5", map_);
        QVERIFY_EXCEPTION_THROWN(read_plan(folder_ / "S.h5"), UnrecognisedFormat);
        write_plan(folder_ / "P.h5", make({}));
        NullProgress progress;
        QVERIFY_EXCEPTION_THROWN(sensitivity::read_map(folder_ / "P.h5", progress), UnrecognisedFormat);
        const std::string bytes = read_text_file(folder_ / "P.h5");
        for (const double part : {0.05, 0.3, 0.6, 0.95}) {
            write_file_atomically(folder_ / "cut.h5",
                                  std::string_view(bytes).substr(
                                      0, static_cast<std::size_t>(part * static_cast<double>(bytes.size()))));
            QVERIFY_EXCEPTION_THROWN(read_plan(folder_ / "cut.h5"), InputError);
        }
    }
};

QTEST_GUILESS_MAIN(PlanFileTest)
#include "plan_file_test.moc"
