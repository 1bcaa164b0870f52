// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/sensitivity/profile.h"
#include "core/sensitivity/selection.h"
#include "core/sensitivity/sliding_selection.h"
#include "tests/support/synthetic_map.h"

#include <QtTest>
#include <algorithm>
#include <numeric>

using namespace cdra;
using namespace cdra::sensitivity;

class SelectionTest : public QObject {
    Q_OBJECT

    static void add_matrix(SensitivityMap& map, const char* name, std::int64_t out,
                           std::vector<float> values) {
        auto& matrix = map.matrices.emplace_back();
        matrix.shape.name = name;
        matrix.shape.out = out;
        matrix.shape.in = static_cast<std::int64_t>(values.size()) / out;
        matrix.values = std::move(values);
    }

  private slots:
    void count_is_the_exact_floor() {
        QCOMPARE(count_for_gamma(0.01, 100), std::uint64_t{1});
        QCOMPARE(count_for_gamma(0.29, 100), std::uint64_t{29});
        QCOMPARE(count_for_gamma(0.0043, 85'000'000), std::uint64_t{365'500});
        QCOMPARE(count_for_gamma(0.009999, 100), std::uint64_t{0});
        QCOMPARE(count_for_gamma(0, 100), std::uint64_t{0});
        QCOMPARE(count_for_gamma(1, 85'798'656), std::uint64_t{85'798'656});
        QCOMPARE(count_for_gamma(0.3333, 3), std::uint64_t{0});
        for (const double bad : {-0.1, 1.0000001, std::numeric_limits<double>::quiet_NaN()})
            QVERIFY_EXCEPTION_THROWN(count_for_gamma(bad, 100), InputError);
    }

    void equals_sorting_data() {
        QTest::addColumn<int>("levels");
        QTest::addColumn<int>("pool");
        for (const int levels : {0, 1, 3, 40})
            for (const int pool : {0, 1})
                QTest::addRow("%d levels, pool %d", levels, pool) << levels << pool;
    }
    void equals_sorting() {
        QFETCH(int, levels);
        QFETCH(int, pool);
        const auto map = test::synthetic_map({.levels = levels});
        const auto which = static_cast<Pool>(pool);
        const std::uint64_t size = pool_size(map, which);
        std::vector<std::uint64_t> counts = {0,          1,        2,        3,        size / 1000,
                                             size / 100, size / 7, size / 2, size - 1, size};
        for (std::uint64_t i = 1; i < 60; ++i)
            counts.push_back(i * i * i * 2654435761ULL % size);
        for (const std::uint64_t count : counts) {
            const Selection want = select_top_by_sorting(map, which, count);
            for (const int threads : {1, 2}) {
                const Selection got = select_top(map, which, count, threads);
                QCOMPARE(got.count, count);
                QCOMPARE(got.threshold, want.threshold);
                QVERIFY(got.matrices == want.matrices);
                QVERIFY(got.vectors == want.vectors);
                std::uint64_t selected = got.selected_in_matrices();
                if (which == Pool::all)
                    for (const auto& list : got.vectors)
                        selected += list.size();
                QCOMPARE(selected, count);
            }
        }
        QVERIFY_EXCEPTION_THROWN(select_top(map, which, size + 1), InputError);
    }

    // Large enough for the bound that a sample gives.
    void of_many_equals_sorting() {
        for (const int levels : {0, 300}) {
            const auto map = test::synthetic_map({.depth = 2, .dim = 192, .mlp_dim = 768, .levels = levels});
            for (const auto pool : {Pool::all, Pool::matrices}) {
                const std::uint64_t size = pool_size(map, pool);
                QVERIFY(size > 800'000);
                for (const std::uint64_t count : {std::uint64_t{1}, std::uint64_t{17}, size / 1000, size / 100, size / 9, size / 3}) {
                    const Selection want = select_top_by_sorting(map, pool, count);
                    const Selection got = select_top(map, pool, count, 2);
                    QVERIFY(want.threshold > 0);
                    QCOMPARE(got.threshold, want.threshold);
                    QVERIFY(got.matrices == want.matrices);
                    QVERIFY(got.vectors == want.vectors);
                }
            }
        }
    }

    // The places that the sample looks at hold all that is large: its bound lies above what is asked for.
    void a_misleading_sample_changes_nothing() {
        constexpr std::size_t size = 1 << 20, step = (size / (1 << 15)) | 1;
        std::vector<float> values(size);
        for (std::size_t i = 0; i < size; ++i) values[i] = 0.001F * static_cast<float>(i % 997);
        for (std::size_t i = step / 2; i < size; i += step) values[i] = 10.0F + 0.001F * static_cast<float>(i);
        SensitivityMap map;
        add_matrix(map, "blocks.0.attn.q", 1024, std::move(values));
        const std::uint64_t count = size / 10; // three times as many as are large
        const Selection want = select_top_by_sorting(map, Pool::all, count), got = select_top(map, Pool::all, count, 2);
        QVERIFY(want.threshold > 0 && want.threshold < 10);
        QCOMPARE(got.threshold, want.threshold);
        QVERIFY(got.matrices == want.matrices);
    }

    void sliding_equals_sorting() {
        for (const int levels : {0, 40})
            for (const auto pool : {Pool::all, Pool::matrices}) {
                const auto map = test::synthetic_map({.levels = levels});
                const std::uint64_t size = pool_size(map, pool), reach = size / 2;
                SlidingSelection sliding(map, pool, reach, {}, 2);
                QCOMPARE(sliding.reach(), reach);
                QVERIFY(sliding.selection(map).matrices == select_top_by_sorting(map, pool, 0).matrices);
                for (std::uint64_t i = 0; i < 40; ++i) {
                    const std::uint64_t count = i == 0 ? reach : i == 1 ? 1 : i * i * 2654435761ULL % (reach + 1);
                    sliding.move_to(count);
                    const Selection want = select_top_by_sorting(map, pool, count), got = sliding.selection(map, 2);
                    QCOMPARE(sliding.threshold(), want.threshold);
                    QCOMPARE(got.threshold, want.threshold);
                    QCOMPARE(got.count, count);
                    QCOMPARE(got.pool_size, size);
                    QCOMPARE(got.gamma, want.gamma);
                    QVERIFY(got.matrices == want.matrices);
                    QVERIFY(got.vectors == want.vectors);
                }
                QVERIFY_EXCEPTION_THROWN(sliding.move_to(reach + 1), InputError);
                QVERIFY_EXCEPTION_THROWN(SlidingSelection(map, pool, size + 1), InputError);
                std::stop_source stop;
                stop.request_stop();
                QVERIFY_EXCEPTION_THROWN(SlidingSelection(map, pool, reach, stop.get_token()), Cancelled);
            }
    }

    void ties_go_by_tensor_then_index() {
        SensitivityMap map;
        for (const char* name : {"blocks.0.attn.q", "blocks.0.attn.k"})
            add_matrix(map, name, 2, {1, 2, 2, 0});
        auto& vector = map.vectors.emplace_back();
        vector.shape.name = "norm.bias";
        vector.shape.size = 3;
        vector.values = std::vector<float>{2, 5, 1};
        const Selection all = select_top(map, Pool::all, 4);
        QCOMPARE(all.threshold, 2.0F);
        QVERIFY(all.matrices[0] == (std::vector<std::uint32_t>{1, 2})); // 5 first, then the first three twos
        QVERIFY(all.matrices[1] == (std::vector<std::uint32_t>{1}));
        QVERIFY(all.vectors[0] == (std::vector<std::uint32_t>{1}));
        const Selection matrices = select_top(map, Pool::matrices, 2);
        QVERIFY(matrices.matrices[0] == (std::vector<std::uint32_t>{1, 2}) && matrices.matrices[1].empty());
        QVERIFY(matrices.vectors[0] == (std::vector<std::uint32_t>{0, 1})); // the same threshold decides
        QVERIFY(select_top(map, Pool::matrices, 0).vectors[0].empty());
    }

    void negative_zero_is_zero() {
        SensitivityMap map;
        add_matrix(map, "blocks.0.attn.q", 1, {-0.0F, 1, 0.0F, 2});
        QVERIFY(select_top(map, Pool::all, 3).matrices[0] == (std::vector<std::uint32_t>{0, 1, 3}));
    }

    void profile_counts_rows_and_columns() {
        // [out = 2, in = 3]: index 1 is output 0, input 1; 4 is output 1, input 1; 5 is output 1, input 2.
        const checkpoint::MatrixShape shape{"blocks.0.mlp.fc1", 0, 4, 2, 3};
        const std::vector<std::uint32_t> indices = {1, 4, 5};
        const Profile got = profile(shape, indices);
        QVERIFY(got.row_counts == (std::vector<std::uint32_t>{0, 2, 1}));
        QVERIFY(got.column_counts == (std::vector<std::uint32_t>{1, 2}));
        QCOMPARE(got.sensitive, std::uint64_t{3});
        QCOMPARE(got.row_sparsity(1), 1.0);
        QCOMPARE(got.column_sparsity(0), 1.0 / 3);
        QCOMPARE(got.matrix_sparsity(), 0.5);
    }
};

QTEST_GUILESS_MAIN(SelectionTest)
#include "selection_test.moc"
