// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// SPT's two cases and GPS's weights of every output against what a plain count or a full sort says.
#include "core/base/error.h"
#include "core/compact/budget.h"
#include "core/compact/gps.h"
#include "core/compact/spt.h"
#include "core/methods/descriptor.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

using namespace cdra;
using namespace cdra::compact;

namespace {

sensitivity::SensitivityMap map_with_patch(int levels = 0) {
    test::SyntheticMap shape;
    shape.levels = levels;
    auto map = test::synthetic_map(shape);
    const auto& like = map.matrices.front(); // 24×24 values of the same kind
    map.patch = {sensitivity::patch_shape(like.shape.out, like.shape.in), like.values};
    return map;
}

PlanOptions with_tau(std::uint64_t tau) {
    PlanOptions options;
    options.amount = Tau{tau};
    return options;
}

methods::OptionValues options_of(const char* word, const methods::OptionValues& given) {
    return methods::resolve_options(methods::find_method(word), given);
}

CompactPlan plan_of(const char* word, const sensitivity::SensitivityMap& map, const PlanOptions& options,
                    const methods::OptionValues& given = {}) {
    NullProgress progress;
    return methods::make_plan(methods::find_method(word), {map, options, options_of(word, given)}, progress);
}

} // namespace

class PlanMakersTest : public QObject {
    Q_OBJECT
    test::TemporaryFolder folder_;

  private slots:
    void spt_by_brute_force_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<int>("tau");
        QTest::addColumn<int>("rank");
        QTest::addColumn<double>("divisor");
        for (const char* word : {"spt-lora", "spt-adapter"})
            for (const int tau : {0, 40, 400, 2000})
                for (const int rank : {1, 8, 16})
                    for (const double divisor : {1.0, 10.0, 2.5})
                        QTest::addRow("%s %d %d %g", word, tau, rank, divisor) << QString(word) << tau << rank << divisor;
    }
    void spt_by_brute_force() {
        QFETCH(QString, word);
        QFETCH(int, tau);
        QFETCH(int, rank);
        QFETCH(double, divisor);
        const auto map = test::synthetic_map();
        const auto options = with_tau(static_cast<std::uint64_t>(tau));
        const auto plan = plan_of(word.toUtf8().constData(), map, options,
                                  {{"rank", std::to_string(rank)}, {"alpha-divisor", std::to_string(divisor)}});
        const auto want = sensitivity::select_top_by_sorting(map, options.pool, static_cast<std::uint64_t>(tau));
        QCOMPARE(plan.method, word.toStdString());
        std::uint64_t matrices = 0, vectors = 0;
        for (std::size_t i = 0; i < map.matrices.size(); ++i) {
            const auto& got = plan.matrices[i];
            const std::int64_t in = got.shape.in, out = got.shape.out;
            const auto sensitive = static_cast<double>(want.matrices[i].size());
            // q of 24×24 at rank 8: 8·48 = 384 for LoRA; adapter 2·24·8 + 8 + 24 = 416.
            const auto module = static_cast<double>(word == "spt-lora" ? rank * (in + out) : 2 * rank * out + rank + out);
            QCOMPARE(got.mask, want.matrices[i]);
            if (sensitive == 0) {
                QCOMPARE(got.treatment, Treatment::frozen);
            } else if (sensitive >= module / divisor) {
                QCOMPARE(got.treatment, word == "spt-lora" ? Treatment::low_rank : Treatment::adapter);
                QVERIFY(got.whole);
                QCOMPARE(got.rank, static_cast<std::uint32_t>(rank));
                QCOMPARE(got.box.rows.size(), static_cast<std::size_t>(in));
                QCOMPARE(got.box.columns.size(), static_cast<std::size_t>(out));
                matrices += static_cast<std::uint64_t>(module);
            } else {
                QCOMPARE(got.treatment, Treatment::masked);
                matrices += want.matrices[i].size();
            }
        }
        for (std::size_t i = 0; i < map.vectors.size(); ++i) {
            const auto& got = plan.vectors[i];
            const auto& chosen = want.vectors[i];
            const bool whole = !chosen.empty() && 5 * chosen.size() >= static_cast<std::size_t>(got.shape.size);
            const bool bias = got.shape.name.ends_with(".bias") && got.shape.name.find("norm") == std::string::npos;
            QCOMPARE(got.tuned, whole);
            QCOMPARE(got.mask, !whole && bias ? chosen : std::vector<std::uint32_t>{});
            vectors += whole ? static_cast<std::uint64_t>(got.shape.size) : bias ? chosen.size() : 0;
        }
        QCOMPARE(plan.matrix_parameters(), matrices);
        QCOMPARE(plan.vector_parameters(), vectors);
        QCOMPARE(plan.trainable_parameters(), matrices + vectors + 24);
    }

    void both_cases_and_masked_biases_are_met() {
        std::set<Treatment> seen;
        std::size_t masked_biases = 0;
        const auto map = test::synthetic_map();
        for (const int tau : {40, 400})
            for (const auto& matrix : plan_of("spt-lora", map, with_tau(static_cast<std::uint64_t>(tau))).matrices)
                seen.insert(matrix.treatment);
        for (const auto& vector : plan_of("spt-lora", map, with_tau(400)).vectors)
            masked_biases += vector.mask.size();
        QVERIFY(seen.contains(Treatment::low_rank) && seen.contains(Treatment::masked));
        QVERIFY(masked_biases > 0);
    }

    void spt_keeps_its_budget() {
        const auto map = test::synthetic_map();
        for (const char* word : {"spt-lora", "spt-adapter"}) {
            PlanOptions options;
            const auto spt = SptOptions{std::string(word) == "spt-lora" ? SptModule::lora : SptModule::adapter};
            const auto maker = spt_plan_maker(word, spt, options);
            for (const std::uint64_t count : {0, 13, 77, 300, 1200})
                QCOMPARE(parameters_for_count(map, options, count, maker),
                         plan_of(word, map, with_tau(count)).trainable_parameters());
            for (const double percent : {1.0, 5.0, 20.0}) {
                options.amount = Budget{percent};
                const auto plan = plan_of(word, map, options);
                QVERIFY(plan.trainable_percent() <= percent);
                QVERIFY(plan.tau > 0);
                QVERIFY(plan_of(word, map, with_tau(plan.tau + 1)).trainable_percent() > percent);
            }
        }
    }

    // Table 5: CDRA in the place of Case 1, of Case 2, of both, of neither.
    void table_5() {
        const auto map = test::synthetic_map();
        const auto options = with_tau(400);
        const auto cdra = plan_of("cdra", map, options);
        const auto spt = plan_of("spt-lora", map, options);
        int ones = 0, twos = 0;
        for (const char* first : {"masked", "cdra"})
            for (const char* second : {"lora", "cdra"}) {
                const auto plan = plan_of("spt-lora", map, options, {{"case1", first}, {"case2", second}});
                for (std::size_t i = 0; i < plan.matrices.size(); ++i) {
                    const bool second_case = spt.matrices[i].treatment == Treatment::low_rank;
                    const bool replaced = std::string(second_case ? second : first) == "cdra";
                    const auto& want = replaced ? cdra.matrices[i] : spt.matrices[i];
                    const auto& got = plan.matrices[i];
                    QCOMPARE(got.rank, want.rank);
                    QCOMPARE(got.treatment, want.treatment);
                    QCOMPARE(got.box.rows, want.box.rows);
                    QCOMPARE(got.box.columns, want.box.columns);
                    QCOMPARE(got.parameters(), want.parameters());
                    ++(second_case ? twos : ones);
                }
            }
        QVERIFY(ones > 0 && twos > 0);
    }

    void gps_by_sorting_data() {
        QTest::addColumn<int>("k");
        QTest::addColumn<int>("levels");
        for (const int k : {1, 2, 7, 24, 100})
            for (const int levels : {0, 4}) QTest::addRow("%d %d", k, levels) << k << levels;
    }
    void gps_by_sorting() {
        QFETCH(int, k);
        QFETCH(int, levels);
        const auto map = map_with_patch(levels);
        const auto plan = plan_of("gps", map, {}, {{"weights-per-output", std::to_string(k)}});
        std::uint64_t total = 0;
        const auto check = [&](const PlannedMatrix& got, const sensitivity::MatrixSensitivity& matrix) {
            std::vector<std::uint32_t> want;
            const auto in = static_cast<std::uint32_t>(matrix.shape.in);
            for (std::uint32_t row = 0; row < static_cast<std::uint32_t>(matrix.shape.out); ++row) {
                std::vector<std::uint32_t> order(in);
                std::iota(order.begin(), order.end(), row * in);
                std::ranges::stable_sort(order, [&](auto a, auto b) { return matrix.values[a] > matrix.values[b]; });
                order.resize(std::min<std::size_t>(order.size(), static_cast<std::size_t>(k)));
                want.insert(want.end(), order.begin(), order.end());
            }
            std::ranges::sort(want);
            QCOMPARE(got.mask, want);
            QCOMPARE(got.treatment, Treatment::masked);
            total += want.size();
        };
        for (std::size_t i = 0; i < map.matrices.size(); ++i) check(plan.matrices[i], map.matrices[i]);
        QVERIFY(plan.patch.has_value());
        check(*plan.patch, *map.patch);
        QCOMPARE(plan.matrix_parameters(), total);
        // Every output has a bias, and none of a norm is tuned.
        std::uint64_t outputs = static_cast<std::uint64_t>(map.patch->shape.out);
        for (const auto& matrix : map.matrices) outputs += static_cast<std::uint64_t>(matrix.shape.out);
        QCOMPARE(plan.vector_parameters(), outputs);
        if (k == 1) QCOMPARE(plan.trainable_parameters(), 2 * outputs); // ViT-B/16: 2 · 83,712 = 167,424
    }

    void gps_needs_its_own_map() {
        QVERIFY_THROWS_EXCEPTION(InputError, plan_of("gps", test::synthetic_map(), {}));
    }

    void plans_survive_their_file() {
        const auto map = map_with_patch();
        auto marginal = with_tau(400);
        marginal.rank = "marginal:1";
        for (const auto& plan : {plan_of("spt-lora", map, with_tau(400)), plan_of("spt-adapter", map, with_tau(400)),
                                 plan_of("gps", map, {}), plan_of("cdra", map, marginal)}) {
            write_plan(folder_ / "P.h5", plan);
            const auto again = read_plan(folder_ / "P.h5");
            QCOMPARE(plan_json(again), plan_json(plan));
            QCOMPARE(again.method, plan.method);
            QCOMPARE(again.method_options, plan.method_options);
            QCOMPARE(again.patch.has_value(), plan.patch.has_value());
            if (plan.patch) QCOMPARE(again.patch->mask, plan.patch->mask);
            for (std::size_t i = 0; i < plan.matrices.size(); ++i) {
                QCOMPARE(again.matrices[i].mask, plan.matrices[i].mask);
                QCOMPARE(again.matrices[i].box.rows, plan.matrices[i].box.rows);
                QCOMPARE(again.matrices[i].spectrum, plan.matrices[i].spectrum);
            }
            for (std::size_t i = 0; i < plan.vectors.size(); ++i) QCOMPARE(again.vectors[i].mask, plan.vectors[i].mask);
        }
    }

    void a_map_with_a_patch_survives_its_file() {
        const auto map = map_with_patch();
        sensitivity::write_map(folder_ / "S.h5", map);
        NullProgress progress;
        auto again = sensitivity::read_map(folder_ / "S.h5", progress);
        QVERIFY(again.patch.has_value());
        QCOMPARE(again.patch->values, map.patch->values);
        again.known_fingerprint.clear();
        QCOMPARE(sensitivity::fingerprint(again), sensitivity::fingerprint(map));
        QVERIFY(sensitivity::fingerprint(test::synthetic_map()) != sensitivity::fingerprint(map));
    }

    void a_plan_of_another_maker_is_refused() {
        const auto plan = plan_of("spt-lora", test::synthetic_map(), with_tau(100));
        QVERIFY_THROWS_EXCEPTION(InputError, methods::check_plan_maker(methods::find_method("cdra"), plan));
        methods::check_plan_maker(methods::find_method("spt-lora"), plan);
        auto edited = plan;
        QVERIFY_THROWS_EXCEPTION(InputError, reallocate(edited, "fixed:2", {}, RankZero::mask));
    }

    void impossible_options_are_refused() {
        QVERIFY_THROWS_EXCEPTION(InputError, spt_plan_maker("spt-lora", {SptModule::lora, 0}, {}));
        QVERIFY_THROWS_EXCEPTION(InputError, spt_plan_maker("spt-lora", {SptModule::lora, 8, 0.0}, {}));
        NullProgress progress;
        QVERIFY_THROWS_EXCEPTION(InputError, make_gps_plan(map_with_patch(), {}, 0, progress));
        auto options = PlanOptions{};
        options.amount = Budget{1};
        options.rank = "marginal:1";
        QVERIFY_THROWS_EXCEPTION(InputError, plan_of("cdra", test::synthetic_map(), options));
    }

    // The next rank where it gains most per parameter: an exhaustive greedy over all matrices says the same.
    void marginal_ranks_by_exhaustion() {
        const auto map = test::synthetic_map();
        for (const double factor : {0.25, 1.0, 3.0}) {
            auto options = with_tau(600);
            options.rank = "marginal:" + std::to_string(factor);
            const auto plan = plan_of("cdra", map, options);
            double left = 0;
            for (const auto& matrix : plan.matrices) {
                left += static_cast<double>(matrix.mask.size());
                double sum = 0;
                for (const float value : matrix.spectrum) sum += double{value};
                // The spectrum adds up to the box's sensitivity.
                QVERIFY(std::abs(sum - matrix.sensitivity_in_box) <= 1e-4 * matrix.sensitivity_in_box);
            }
            left = std::floor(left * factor);
            std::vector<std::uint32_t> want(plan.matrices.size(), 0);
            for (;;) {
                std::size_t best = want.size();
                double gain = 0;
                for (std::size_t i = 0; i < want.size(); ++i) {
                    const auto& m = plan.matrices[i];
                    const double price = double(m.box.rows.size() + m.box.columns.size());
                    if (want[i] >= m.spectrum.size() || price > left) continue;
                    if (m.spectrum[want[i]] / price > gain) gain = m.spectrum[want[i]] / price, best = i;
                }
                if (best == want.size()) break;
                ++want[best];
                left -= double(plan.matrices[best].box.rows.size() + plan.matrices[best].box.columns.size());
            }
            std::uint32_t ranks = 0;
            for (std::size_t i = 0; i < want.size(); ++i) {
                QCOMPARE(plan.matrices[i].rank, want[i]);
                ranks += want[i];
            }
            QVERIFY(ranks > 0);
        }
        auto plain = plan_of("cdra", map, with_tau(600));
        QVERIFY_THROWS_EXCEPTION(InputError, reallocate(plain, "marginal:1", {}, RankZero::mask));
    }

    void minimum_is_a_floor() {
        const auto map = test::synthetic_map();
        auto options = with_tau(300);
        const auto plain = plan_of("cdra", map, options);
        options.rank = "min:2";
        const auto plan = plan_of("cdra", map, options);
        int raised = 0;
        for (std::size_t i = 0; i < plan.matrices.size(); ++i) {
            const auto& m = plan.matrices[i];
            const auto cap = static_cast<std::uint32_t>(std::min(m.box.rows.size(), m.box.columns.size()));
            QCOMPARE(m.rank, std::min(std::max(plain.matrices[i].rank, m.mask.empty() ? 0U : 2U), cap));
            raised += m.rank > plain.matrices[i].rank;
        }
        QVERIFY(raised > 0);
        options.rank = "min:0";
        QVERIFY_THROWS_EXCEPTION(InputError, plan_of("cdra", map, options));
    }
};

QTEST_GUILESS_MAIN(PlanMakersTest)
#include "plan_makers_test.moc"
