// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/compact/plan.h"
#include "core/compact/ranks.h"
#include "tests/support/synthetic_map.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

using namespace cdra;
using namespace cdra::compact;
using cdra::sensitivity::Pool;

class PlanTest : public QObject {
    Q_OBJECT

    const sensitivity::SensitivityMap map_ = test::synthetic_map({.dim = 64, .mlp_dim = 160});

    CompactPlan make(const PlanOptions& options, int threads = 1) const {
        NullProgress progress;
        return make_plan(map_, options, progress, {}, threads);
    }
    static const PlannedMatrix& find(const CompactPlan& plan, std::string_view name) {
        return *std::ranges::find(plan.matrices, name, [](const auto& m) { return m.shape.name; });
    }

  private slots:
    void masks_and_totals() {
        for (const Pool pool : {Pool::all, Pool::matrices}) {
            const CompactPlan plan = make({.amount = Gamma{0.02}, .pool = pool});
            const auto want = sensitivity::select_top_by_sorting(map_, pool, plan.tau);
            QCOMPARE(plan.tau, sensitivity::count_for_gamma(0.02, sensitivity::pool_size(map_, pool)));
            QCOMPARE(plan.gamma, 0.02);
            QCOMPARE(plan.threshold, want.threshold);
            QCOMPARE(plan.candidate_weights, map_.matrix_weights());
            QCOMPARE(plan.sensitive_weights(), want.selected_in_matrices());
            for (std::size_t i = 0; i < plan.matrices.size(); ++i) {
                const PlannedMatrix& matrix = plan.matrices[i];
                const auto& values = map_.matrices[i].values;
                QVERIFY(matrix.mask == want.matrices[i]);
                double total = 0, inside = 0;
                for (const float value : values)
                    total += double{value};
                for (const std::uint32_t column : matrix.box.columns)
                    for (const std::uint32_t row : matrix.box.rows)
                        inside += double{values[column * static_cast<std::size_t>(matrix.shape.in) + row]};
                QVERIFY(total > 0 && std::fabs(matrix.sensitivity_total - total) <= 1e-12 * total);
                QVERIFY(std::fabs(matrix.sensitivity_in_box - inside) <= 1e-12 * total);
                QVERIFY(matrix.sensitivity_in_box <= matrix.sensitivity_total * (1 + 1e-12));
            }
            for (std::size_t i = 0; i < plan.vectors.size(); ++i) {
                QCOMPARE(plan.vectors[i].sensitive, want.vectors[i].size());
                QCOMPARE(plan.vectors[i].tuned, 5 * want.vectors[i].size() >= map_.vectors[i].values.size() &&
                                                    !want.vectors[i].empty());
            }
        }
    }

    void parameters_add_up() {
        const CompactPlan plan = make({.amount = Gamma{0.05}});
        std::uint64_t matrices = 0, vectors = 0;
        int low_rank = 0;
        for (const PlannedMatrix& m : plan.matrices) {
            const auto strategy = parse_rank_strategy("eq7-unscaled");
            const RankInput input{m.shape.name,
                                  static_cast<std::uint64_t>(m.shape.in),
                                  static_cast<std::uint64_t>(m.shape.out),
                                  m.reorganised.compact_rows,
                                  m.reorganised.compact_columns,
                                  m.mask.size()};
            QCOMPARE(m.rank, allocate_ranks(*strategy, std::span(&input, 1)).front());
            if (m.rank > 0) {
                QCOMPARE(m.treatment, Treatment::low_rank);
                matrices += m.rank * (m.box.rows.size() + m.box.columns.size());
                ++low_rank;
            } else {
                QCOMPARE(m.treatment, m.mask.empty() ? Treatment::frozen : Treatment::masked);
                matrices += m.mask.size();
            }
            QVERIFY(m.parameters() <= m.mask.size()); // what eq7-unscaled and Case 1 promise
        }
        QVERIFY(low_rank > 0);
        for (const PlannedVector& v : plan.vectors)
            if (v.tuned) vectors += static_cast<std::uint64_t>(v.shape.size);
        QCOMPARE(plan.matrix_parameters(), matrices);
        QCOMPARE(plan.vector_parameters(), vectors);
        QCOMPARE(plan.trainable_parameters(), matrices + vectors + 64);
        QCOMPARE(plan.trainable_percent(), 100.0 * static_cast<double>(matrices + vectors + 64) /
                                               static_cast<double>(map_.provenance.backbone_parameters));
        const CompactPlan bare = make({.amount = Gamma{0.05}, .tune_vectors = false, .class_token = false});
        QCOMPARE(bare.trainable_parameters(), matrices);
    }

    void rank_zero() {
        const auto count = [](const CompactPlan& plan, Treatment treatment) {
            return std::ranges::count(plan.matrices, treatment, &PlannedMatrix::treatment);
        };
        PlanOptions options{.amount = Gamma{0.004}};
        const CompactPlan mask = make(options);
        QVERIFY(count(mask, Treatment::masked) > 0);
        QVERIFY(mask.peft_obstacle().empty()); // few single weights are a product of low rank
        CompactPlan everywhere = mask;         // one weight of every input: no product is smaller than the matrix
        auto& matrix = *std::ranges::find(everywhere.matrices, Treatment::masked, &PlannedMatrix::treatment);
        matrix.mask.clear();
        for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(std::min(matrix.shape.in, matrix.shape.out)); ++i)
            matrix.mask.push_back(i * static_cast<std::uint32_t>(matrix.shape.in) + i);
        QVERIFY(everywhere.peft_obstacle().starts_with(matrix.shape.name));
        options.rank_zero = RankZero::freeze;
        const CompactPlan freeze = make(options);
        QCOMPARE(count(freeze, Treatment::masked), 0);
        QVERIFY(freeze.peft_obstacle().empty());
        options.rank_zero = RankZero::one;
        const CompactPlan one = make(options);
        for (const PlannedMatrix& m : one.matrices)
            QCOMPARE(m.treatment, m.mask.empty() ? Treatment::frozen : Treatment::low_rank);
        QVERIFY(freeze.trainable_parameters() < mask.trainable_parameters() &&
                mask.trainable_parameters() < one.trainable_parameters());
        for (const char* word : {"mask", "freeze", "one"})
            QCOMPARE(name_of(parse_rank_zero(word)), std::string_view(word));
        QVERIFY_EXCEPTION_THROWN(parse_rank_zero("zero"), InputError);
    }

    void variants_of_the_box_keep_ranks() {
        const CompactPlan method = make({.amount = Gamma{0.05}});
        for (const Quadrant quadrant : {Quadrant::q00, Quadrant::q01, Quadrant::q11}) {
            const CompactPlan plan = make({.amount = Gamma{0.05}, .quadrant = quadrant});
            for (std::size_t i = 0; i < plan.matrices.size(); ++i) {
                const PlannedMatrix &m = plan.matrices[i], &base = method.matrices[i];
                QVERIFY(m.mask == base.mask && m.reorganised.row_order == base.reorganised.row_order);
                if (m.box.rows.empty()) QCOMPARE(m.treatment, Treatment::frozen);
                QCOMPARE(m.rank, static_cast<std::uint32_t>(std::min<std::size_t>(
                                     {base.rank, m.box.rows.size(), m.box.columns.size()})));
                if (quadrant != Quadrant::q11)
                    for (const std::uint32_t row : m.box.rows)
                        QVERIFY(std::ranges::find(base.box.rows, row) == base.box.rows.end());
            }
        }
        for (const double scale : {0.5, 1.5}) {
            const CompactPlan plan = make({.amount = Gamma{0.05}, .size_scale = scale});
            for (std::size_t i = 0; i < plan.matrices.size(); ++i) {
                const PlannedMatrix &m = plan.matrices[i], &base = method.matrices[i];
                const auto rows = static_cast<std::size_t>(std::min(
                    std::ceil(scale * base.reorganised.compact_rows), static_cast<double>(m.shape.in)));
                QCOMPARE(m.box.rows.size(), rows);
                QCOMPARE(m.rank, static_cast<std::uint32_t>(std::min<std::size_t>(
                                     {base.rank, m.box.rows.size(), m.box.columns.size()})));
            }
        }
        QVERIFY_EXCEPTION_THROWN(make({.size_scale = 0.5, .quadrant = Quadrant::q00}), InputError);
    }

    void edited_ranks_win_and_reallocating_equals_planning_anew() {
        CompactPlan plan = make({.amount = Gamma{0.05}});
        const std::map<std::string, std::uint32_t> edits = {
            {"blocks.0.attn.q", 3}, {"blocks.1.mlp.fc1", 0}, {"blocks.1.attn.v", 100000}};
        reallocate(plan, "fixed:2", edits, RankZero::freeze);
        QCOMPARE(find(plan, "blocks.0.attn.q").rank, 3U);
        QCOMPARE(find(plan, "blocks.1.mlp.fc1").treatment, Treatment::frozen);
        const PlannedMatrix& capped = find(plan, "blocks.1.attn.v");
        QCOMPARE(capped.rank, std::min(capped.reorganised.compact_rows, capped.reorganised.compact_columns));
        QCOMPARE(find(plan, "blocks.0.mlp.fc1").rank, 2U);
        const CompactPlan anew = make(
            {.amount = Gamma{0.05}, .rank = "fixed:2", .edited_ranks = edits, .rank_zero = RankZero::freeze});
        QCOMPARE(plan_json(plan), plan_json(anew));
        QVERIFY_EXCEPTION_THROWN(reallocate(plan, "fixed:2", {{"blocks.9.attn.q", 1}}, RankZero::mask),
                                 InputError);
        QVERIFY_EXCEPTION_THROWN(reallocate(plan, "fixed:x", {}, RankZero::mask), InputError);
    }

    void a_plan_is_a_pure_function() {
        const PlanOptions options{.amount = Tau{700}};
        QCOMPARE(plan_json(make(options, 1)), plan_json(make(options, 3)));
        QCOMPARE(make(options).tau, std::uint64_t{700});
        const double pool = static_cast<double>(sensitivity::pool_size(map_, Pool::all));
        QCOMPARE(make(options).gamma, 700 / pool);
    }

    void impossible_options_are_refused() {
        for (const PlanOptions& bad :
             {PlanOptions{.amount = Gamma{1.5}}, PlanOptions{.amount = Tau{1U << 30}},
              PlanOptions{.amount = Budget{-1}}, PlanOptions{.amount = Budget{101}},
              PlanOptions{.rank = "eq8"}, PlanOptions{.size_scale = 0}, PlanOptions{.beta = 0},
              PlanOptions{.edited_ranks = {{"norm", 1}}}})
            QVERIFY_EXCEPTION_THROWN(make(bad), InputError);
        NullProgress progress;
        sensitivity::SensitivityMap map = map_;
        map.provenance.backbone_parameters = 0;
        QVERIFY_EXCEPTION_THROWN(make_plan(map, {}, progress), InputError);
        map = map_;
        map.matrices[0].values.edit([](auto& values) { values.pop_back(); });
        QVERIFY_EXCEPTION_THROWN(make_plan(map, {}, progress), InputError);
    }

    void stops() {
        struct Stopper final : ProgressSink {
            std::stop_source source;
            void report(const Progress& progress) override {
                if (progress.done == 3) source.request_stop();
            }
        } stopper;
        for (const Amount& amount : {Amount{Gamma{0.01}}, Amount{Tau{100}}}) {
            bool cancelled = false;
            try {
                make_plan(map_, {.amount = amount}, stopper, stopper.source.get_token());
            } catch (const Cancelled&) {
                cancelled = true;
            }
            QVERIFY(cancelled);
        }
    }

    void json_says_what_was_promised() {
        const CompactPlan plan = make({.amount = Gamma{0.01}, .rank = "eq7", .rank_zero = RankZero::freeze});
        const auto json = nlohmann::json::parse(plan_json(plan));
        QCOMPARE(json.at("gamma").get<double>(), 0.01);
        QVERIFY(json.at("amount").is_object() && json.at("amount").at("gamma") == 0.01);
        QCOMPARE(json.at("threshold").get<float>(), plan.threshold);
        QCOMPARE(json.at("candidate_weights").get<std::int64_t>(), map_.matrix_weights());
        QCOMPARE(json.at("sensitive_weights").get<std::uint64_t>(), plan.sensitive_weights());
        QCOMPARE(json.at("trainable_parameters").get<std::uint64_t>(), plan.trainable_parameters());
        QCOMPARE(json.at("trainable_percent").get<double>(), plan.trainable_percent());
        QCOMPARE(json.at("matrix_parameters").get<std::uint64_t>() +
                     json.at("vector_parameters").get<std::uint64_t>() +
                     json.at("class_token_parameters").get<std::uint64_t>(),
                 plan.trainable_parameters());
        QVERIFY(json.at("exportable_to_peft").get<bool>() &&
                json.at("peft_obstacle").get<std::string>().empty());
        QCOMPARE(json.at("matrices").size(), std::size_t{12});
        std::uint64_t zero = 0;
        double rows = 0;
        for (const auto& m : json.at("matrices")) {
            for (const char* key : {"name", "rows", "columns", "sensitive", "compact_rows", "compact_columns",
                                    "density", "rank", "parameters", "treatment", "box_rows", "box_columns"})
                QVERIFY2(m.contains(key), key);
            zero += m.at("rank") == 0;
            rows += m.at("compact_rows").get<double>() / 12;
        }
        QCOMPARE(json.at("zero_ranks").get<std::uint64_t>(), zero);
        QVERIFY(zero > 0 && std::fabs(json.at("mean_compact_rows").get<double>() - rows) < 1e-9);
        QCOMPARE(json.at("matrices")[4].at("rows").get<int>(), 64); // fc1: in × out
        QCOMPARE(json.at("matrices")[4].at("columns").get<int>(), 160);
    }
};

QTEST_GUILESS_MAIN(PlanTest)
#include "plan_test.moc"
