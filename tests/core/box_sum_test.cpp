// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/box_sum.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <random>

using namespace cdra;
using namespace cdra::compact;

namespace {

sensitivity::MatrixSensitivity matrix_of(std::int64_t out, std::int64_t in, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> draw(-12, 4); // squared gradients lie orders of magnitude apart
    sensitivity::MatrixSensitivity matrix;
    matrix.shape.out = out;
    matrix.shape.in = in;
    std::vector<float> values(static_cast<std::size_t>(out * in));
    for (float& value : values) value = std::exp(draw(random));
    matrix.values = std::move(values);
    return matrix;
}

// The twin: one loop in extended precision.
double naive(const sensitivity::MatrixSensitivity& matrix, const Box& box) {
    long double total = 0;
    for (const std::uint32_t column : box.columns)
        for (const std::uint32_t row : box.rows) total += matrix.values[column * std::size_t(matrix.shape.in) + row];
    return double(total);
}

std::vector<std::uint32_t> some(std::int64_t of, double share, std::mt19937_64& random) {
    std::vector<std::uint32_t> indices;
    for (std::uint32_t i = 0; i < of; ++i)
        if (std::bernoulli_distribution(share)(random)) indices.push_back(i);
    std::ranges::shuffle(indices, random);
    return indices;
}

} // namespace

class BoxSumTest : public QObject {
    Q_OBJECT
  private slots:
    void totals_are_those_of_plain_loops() {
        for (const std::int64_t n : {1, 7, 8, 9, 1000}) {
            const auto matrix = matrix_of(n, 3, 1);
            const sensitivity::Totals got = matrix.values.totals();
            QCOMPARE(got.largest, *std::ranges::max_element(matrix.values));
            QCOMPARE(got.smallest, *std::ranges::min_element(matrix.values));
            const double want = naive(matrix, whole_box(matrix.shape));
            QVERIFY(want > 0 && std::abs(got.sum - want) <= 1e-12 * want);
        }
        QCOMPARE(sensitivity::Values().totals().sum, 0.0);
    }

    // Whatever came before, to the last bit the sum anew; and that is the twin's but for what an entry loses.
    void a_running_sum_is_the_sum_anew() {
        const auto matrix = matrix_of(70, 90, 2);
        const float largest = matrix.values.totals().largest;
        std::mt19937_64 random(3);
        RunningBoxSum running;
        Box box;
        int compared = 0;
        for (int step = 0; step < 400; ++step) {
            if (step % 50 == 0) box = {some(90, 0.3, random), some(70, 0.4, random)}; // something else altogether
            if (step % 97 == 96) box = {};
            auto& side = step % 2 ? box.rows : box.columns;
            const auto one = std::uint32_t(random() % (step % 2 ? 90 : 70));
            if (const auto found = std::ranges::find(side, one); found != side.end()) side.erase(found);
            else side.push_back(one);
            const double got = running.of(matrix, largest, box), anew = sum_in_box(matrix, largest, box), want = naive(matrix, box);
            QCOMPARE(got, anew);
            QVERIFY(std::abs(anew - want) <= 1e-9 * double(largest));
            compared += want > 0;
        }
        QVERIFY(compared > 300);
    }

    void nothing_sums_to_nothing() {
        auto matrix = matrix_of(4, 5, 4);
        matrix.values.edit([](auto& values) { std::ranges::fill(values, 0.0F); });
        QCOMPARE(sum_in_box(matrix, 0, whole_box(matrix.shape)), 0.0);
        RunningBoxSum running;
        QCOMPARE(running.of(matrix, 0, whole_box(matrix.shape)), 0.0);
    }
};

QTEST_GUILESS_MAIN(BoxSumTest)
#include "box_sum_test.moc"
