// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Spectra against a reconstruction, overlaps and rank correlations against counting, boxes against loops.
#include "core/analysis/boxes.h"
#include "core/analysis/changes.h"
#include "core/analysis/spectrum.h"
#include "core/analysis/stability.h"
#include "core/base/error.h"
#include "tests/support/random_values.h"
#include "tests/support/synthetic_map.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

using namespace cdra;
using namespace cdra::analysis;
using cdra::test::random_values;

namespace {

std::vector<float> product(const std::vector<float>& a, const std::vector<float>& b, std::size_t rows, std::size_t rank,
                           std::size_t columns) {
    std::vector<float> result(rows * columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t k = 0; k < rank; ++k)
            for (std::size_t j = 0; j < columns; ++j) result[i * columns + j] += a[i * rank + k] * b[k * columns + j];
    return result;
}

bool close(double a, double b, double relative = 1e-5) { return std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b)); }

double square_sum(const std::vector<double>& values) {
    return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

} // namespace

class AnalysisTest : public QObject {
    Q_OBJECT
  private slots:
    // Σσ² is the squared norm, and Σσ⁴ that of the Gram matrix: two sums that the values alone give.
    void singular_values_reconstruct_the_norms_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        for (const auto& [rows, columns] : {std::pair{1, 1}, {7, 13}, {13, 7}, {40, 40}, {1, 9}})
            QTest::addRow("%d×%d", rows, columns) << rows << columns;
    }
    void singular_values_reconstruct_the_norms() {
        QFETCH(int, rows);
        QFETCH(int, columns);
        const auto values = random_values(std::int64_t(rows * columns), 3);
        const auto sigma = singular_values(values, rows, columns);
        QCOMPARE(sigma.size(), std::size_t(std::min(rows, columns)));
        QVERIFY(std::ranges::is_sorted(sigma, std::greater<>()));
        double norm = 0, gram = 0, fourth = 0;
        for (const float value : values) norm += double(value) * double(value);
        for (int i = 0; i < rows; ++i)
            for (int k = 0; k < rows; ++k) {
                double dot = 0;
                for (int j = 0; j < columns; ++j) dot += double(values[std::size_t(i * columns + j)]) * double(values[std::size_t(k * columns + j)]);
                gram += dot * dot;
            }
        for (const double s : sigma) fourth += s * s * s * s;
        QVERIFY(norm > 0 && close(square_sum(sigma), norm) && close(fourth, gram));
    }

    void a_product_has_its_dense_twins_values() {
        for (const auto& [rows, rank, columns] : {std::array{20, 3, 30}, {30, 8, 20}, {4, 8, 30}, {5, 1, 5}}) {
            const auto a = random_values(std::int64_t(rows * rank), 1), b = random_values(std::int64_t(rank * columns), 2);
            const auto dense = singular_values(product(a, b, std::size_t(rows), std::size_t(rank), std::size_t(columns)), rows, columns);
            const auto got = product_singular_values(a, b, rows, rank, columns);
            QCOMPARE(got.size(), std::size_t(std::min({rows, rank, columns})));
            for (std::size_t i = 0; i < got.size(); ++i) QVERIFY(close(got[i], dense[i], 1e-4));
            QCOMPARE(numerical_rank(dense, rows, columns), std::int64_t(got.size()));
        }
        QVERIFY(product_singular_values({}, {}, 0, 4, 3).empty());
    }

    void root_spectrum_adds_up_to_the_sum() {
        for (const auto& [rows, columns] : {std::pair{12, 30}, {30, 12}}) {
            auto values = random_values(std::int64_t(rows * columns), 4);
            for (float& value : values) value *= value;
            const auto got = root_spectrum(values, rows, columns);
            std::vector<float> root(values.size());
            std::ranges::transform(values, root.begin(), [](float v) { return std::sqrt(v); });
            const auto want = singular_values(root, rows, columns);
            QCOMPARE(got.size(), want.size());
            for (std::size_t i = 0; i < got.size(); ++i) QVERIFY(close(got[i], want[i] * want[i], 1e-4));
            QVERIFY(close(std::accumulate(got.begin(), got.end(), 0.0), std::accumulate(values.begin(), values.end(), 0.0)));
        }
    }

    void ranks_in_use() {
        QVERIFY(close(effective_rank(std::vector<double>{2, 2, 2}), 3));
        QVERIFY(close(effective_rank(std::vector<double>{5, 0, 0}), 1));
        QCOMPARE(effective_rank(std::vector<double>{0, 0}), 0.0);
        QCOMPARE(numerical_rank(std::vector<double>{1, 0.5, 1e-9}, 10, 10), 2);
        QCOMPARE(numerical_rank(std::vector<double>{0, 0}, 10, 10), 0);
    }

    void spearman_by_its_twin() {
        auto a = random_values(300, 5), b = random_values(300, 6);
        for (std::size_t i = 0; i < a.size(); ++i) {
            a[i] = std::floor(std::abs(a[i]) * 4) / 4; // many ties
            b[i] = std::abs(b[i]) + a[i];
        }
        const double got = spearman(a, b);
        QVERIFY(got > 0.3 && got < 1);
        QVERIFY(close(got, spearman_by_counting(a, b), 1e-12));
        QVERIFY(close(spearman(a, a), 1, 1e-12));
        const std::vector<float> up{1, 2, 3, 4}, down{8, 6, 4, 2}, constant{1, 1, 1, 1};
        QVERIFY(close(spearman(up, down), -1, 1e-12));
        QCOMPARE(spearman(up, constant), 0.0);
    }

    void overlap_by_sets() {
        const auto first = test::synthetic_map();
        auto second = first;
        second.known_fingerprint.clear();
        std::mt19937_64 random(9);
        for (auto& matrix : second.matrices)
            matrix.values.edit([&](auto& values) {
                for (float& value : values) value *= std::exp(0.5F * std::normal_distribution<float>()(random));
            });
        NullProgress progress;
        const auto result = compare_maps(first, second, sensitivity::Pool::all, {0.02, 0.2}, progress, {}, 2);
        QCOMPARE(result.overlaps.size(), std::size_t(2));
        for (const auto& overlap : result.overlaps) {
            const auto a = sensitivity::select_top_by_sorting(first, sensitivity::Pool::all, overlap.count);
            const auto b = sensitivity::select_top_by_sorting(second, sensitivity::Pool::all, overlap.count);
            std::set<std::pair<std::size_t, std::uint32_t>> left, either;
            std::size_t both = 0;
            const auto each = [](const sensitivity::Selection& s, const auto& call) {
                for (std::size_t i = 0; i < s.matrices.size(); ++i)
                    for (const auto index : s.matrices[i]) call(i, index);
                for (std::size_t i = 0; i < s.vectors.size(); ++i)
                    for (const auto index : s.vectors[i]) call(1000 + i, index);
            };
            each(a, [&](std::size_t t, std::uint32_t i) { left.insert({t, i}), either.insert({t, i}); });
            each(b, [&](std::size_t t, std::uint32_t i) { both += left.contains({t, i}), either.insert({t, i}); });
            QCOMPARE(overlap.common, both);
            QVERIFY(both > 0 && both < overlap.count);
            QVERIFY(close(overlap.jaccard, double(both) / double(either.size()), 1e-12));
            QVERIFY(overlap.jaccard > overlap.expected);
        }
        QVERIFY(result.spearman > 0.5 && result.spearman < 1);
        QVERIFY(close(result.matrices[3].spearman, spearman_by_counting(first.matrices[3].values, second.matrices[3].values), 1e-12));
        const auto same = compare_maps(first, first, sensitivity::Pool::matrices, {0.1}, progress);
        QCOMPARE(same.overlaps.front().jaccard, 1.0);
        test::SyntheticMap other;
        other.dim = 12;
        QVERIFY_THROWS_EXCEPTION(InputError, compare_maps(first, test::synthetic_map(other), sensitivity::Pool::all, {0.1}, progress));
        QVERIFY_THROWS_EXCEPTION(InputError, compare_maps(first, second, sensitivity::Pool::all, {}, progress));
    }

    void comparing_stops() {
        std::stop_source stop;
        stop.request_stop();
        NullProgress progress;
        const auto map = test::synthetic_map();
        QVERIFY_THROWS_EXCEPTION(Cancelled, compare_maps(map, map, sensitivity::Pool::all, {0.1}, progress, stop.get_token()));
    }

    void boxes_by_loops() {
        const auto map = test::synthetic_map();
        compact::PlanOptions options;
        options.amount = compact::Tau{300};
        NullProgress progress;
        const auto plan = compact::make_plan(map, options, progress);
        const auto got = box_shares(map, plan, 50, 1, progress, {}, 2);
        double in_boxes = 0, everything = 0;
        std::size_t boxes = 0;
        for (std::size_t i = 0; i < map.matrices.size(); ++i) {
            const auto& values = map.matrices[i].values;
            const double total = std::accumulate(values.begin(), values.end(), 0.0);
            everything += total;
            if (plan.matrices[i].box.rows.empty()) continue;
            double inside = 0;
            for (const auto column : plan.matrices[i].box.columns)
                for (const auto row : plan.matrices[i].box.rows)
                    inside += double(values[column * std::size_t(map.matrices[i].shape.in) + row]);
            in_boxes += inside;
            const auto& share = got.matrices[boxes++];
            QCOMPARE(share.name, map.matrices[i].shape.name);
            QVERIFY(close(share.share, inside / total));
            QVERIFY(share.random_min <= share.random_mean && share.random_mean <= share.random_max);
            QVERIFY(share.area < 1 ? share.random_max < 1 : true);
        }
        QCOMPARE(got.matrices.size(), boxes);
        QVERIFY(boxes > 0 && close(got.share, in_boxes / everything));
        QVERIFY(got.share > got.random_mean);
        // The mean over draws nears the area.
        double area = 0, mean = 0;
        for (const auto& share : got.matrices) area += share.area, mean += share.random_mean;
        QVERIFY(close(area, mean, 0.1));
        const auto again = box_shares(map, plan, 50, 1, progress);
        QCOMPARE(again.random_mean, got.random_mean);
        QVERIFY(box_shares(map, plan, 50, 2, progress).random_mean != got.random_mean);
        QVERIFY_THROWS_EXCEPTION(InputError, box_shares(map, plan, 0, 1, progress));
    }

    void changes_of_an_adapter() {
        job::Adapter adapter;
        job::LowRank part;
        part.rows = {4, 1, 7, 2, 9};
        part.columns = {0, 3, 5};
        part.rank = 2;
        part.a = random_values(10, 7);
        part.b = random_values(6, 8);
        adapter.low_rank["blocks.10.attn.q"] = part;
        part.b.assign(6, 0); // never moved
        adapter.low_rank["blocks.2.mlp.fc1"] = part;
        adapter.masked["blocks.2.attn.v"] = {{1, 5}, {3, 4}};
        const auto changes = matrix_changes(adapter, nullptr);
        QCOMPARE(changes.size(), std::size_t(3));
        QCOMPARE(changes[0].name, std::string("blocks.2.attn.v"));
        QCOMPARE(changes[0].norm, 5.0);
        QCOMPARE(changes[0].entries, 2);
        QCOMPARE(changes[1].name, std::string("blocks.2.mlp.fc1"));
        QCOMPARE(changes[1].norm, 0.0);
        QCOMPARE(changes[1].used_rank, 0);
        QCOMPARE(changes[2].used_rank, 2);
        double dense = 0;
        for (const float value : product(part.a, adapter.low_rank["blocks.10.attn.q"].b, 5, 2, 3)) dense += double(value) * double(value);
        QVERIFY(dense > 0 && close(changes[2].norm, std::sqrt(dense)));
    }
};

QTEST_GUILESS_MAIN(AnalysisTest)
#include "analysis_test.moc"
