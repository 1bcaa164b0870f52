// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/compact/budget.h"
#include "tests/support/synthetic_map.h"

#include <QtTest>
#include <algorithm>

using namespace cdra;
using namespace cdra::compact;
using cdra::sensitivity::Pool;

class BudgetTest : public QObject {
    Q_OBJECT

    static CompactPlan make(const sensitivity::SensitivityMap& map, const PlanOptions& options) {
        NullProgress progress;
        return make_plan(map, options, progress);
    }
    static std::vector<PlanOptions> many_options() {
        std::vector<PlanOptions> all;
        for (const Pool pool : {Pool::all, Pool::matrices})
            for (const char* rank : {"eq7-unscaled", "eq7", "fixed:4", "scale:0.5"})
                for (const RankZero zero : {RankZero::mask, RankZero::freeze, RankZero::one})
                    all.push_back({.pool = pool, .rank = rank, .rank_zero = zero});
        all.push_back({.quadrant = Quadrant::q00});
        all.push_back({.pool = Pool::matrices, .quadrant = Quadrant::q01});
        all.push_back({.size_scale = 0.5, .tune_vectors = false, .class_token = false});
        all.push_back({.edited_ranks = {{"blocks.0.attn.q", 5}}, .size_scale = 1.5});
        return all;
    }

  private slots:
    void the_search_counts_what_the_plan_counts() {
        for (const int levels : {0, 12}) { // without and with ties
            const auto map = test::synthetic_map({.levels = levels});
            for (PlanOptions options : many_options()) {
                const std::uint64_t pool = sensitivity::pool_size(map, options.pool);
                for (const std::uint64_t count :
                     {std::uint64_t{0}, std::uint64_t{1}, pool / 300, pool / 50, pool / 7, pool / 2, pool}) {
                    options.amount = Tau{count};
                    QCOMPARE(parameters_for_count(map, options, count),
                             make(map, options).trainable_parameters());
                }
            }
        }
    }

    void budgets_are_kept_and_used() {
        const auto map = test::synthetic_map({.dim = 48, .mlp_dim = 96});
        for (PlanOptions options : many_options()) {
            for (const double percent : {0.3, 0.5, 2.0, 10.0}) {
                options.amount = Budget{percent};
                const CompactPlan plan = make(map, options);
                QVERIFY2(plan.trainable_percent() <= percent, options.rank.c_str());
                QCOMPARE(plan.gamma, static_cast<double>(plan.tau) / static_cast<double>(plan.pool_size));
                if (plan.tau < plan.pool_size) {
                    PlanOptions next = options;
                    next.amount = Tau{plan.tau + 1};
                    QVERIFY2(make(map, next).trainable_percent() > percent, options.rank.c_str());
                }
                // The same plan by its count.
                PlanOptions counted = options;
                counted.amount = Tau{plan.tau};
                QCOMPARE(make(map, counted).trainable_parameters(), plan.trainable_parameters());
            }
        }
    }

    // A small map, every count tried: the answer is never below the first count over the budget, and what
    // lies above it within the budget is the exception that the header speaks of.
    void against_every_count() {
        const auto map = test::synthetic_map({.depth = 1, .dim = 16, .mlp_dim = 24});
        for (const double percent : {2.0, 5.0, 20.0}) {
            PlanOptions options{.amount = Budget{percent}};
            const std::uint64_t found = make(map, options).tau;
            const auto within = [&](std::uint64_t count) {
                return 100.0 * static_cast<double>(parameters_for_count(map, options, count)) /
                           static_cast<double>(map.provenance.backbone_parameters) <=
                       percent;
            };
            const std::uint64_t pool = sensitivity::pool_size(map, options.pool);
            std::uint64_t first_over = 0;
            while (first_over <= pool && within(first_over))
                ++first_over;
            QVERIFY(found > 0 && within(found));
            QVERIFY(found + 1 >= first_over);
            std::uint64_t last_within = pool;
            while (!within(last_within))
                --last_within;
            QVERIFY2(found <= last_within &&
                         static_cast<double>(found) >= 0.85 * static_cast<double>(last_within),
                     std::to_string(last_within).c_str());
        }
    }

    void extremes() {
        const auto map = test::synthetic_map();
        PlanOptions options{.amount = Budget{100}};
        QCOMPARE(make(map, options).tau, sensitivity::pool_size(map, Pool::all));
        options.amount = Budget{0};
        QVERIFY_EXCEPTION_THROWN(make(map, options), InputError); // less than the class token
        options.class_token = false;
        QCOMPARE(make(map, options).tau, std::uint64_t{0});
        std::stop_source stop;
        stop.request_stop();
        NullProgress progress;
        bool cancelled = false;
        try {
            make_plan(map, {.amount = Budget{1}}, progress, stop.get_token());
        } catch (const Cancelled&) {
            cancelled = true;
        }
        QVERIFY(cancelled);
    }
};

QTEST_GUILESS_MAIN(BudgetTest)
#include "budget_test.moc"
