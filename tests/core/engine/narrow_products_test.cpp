// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The narrow products against plain loops, on every instruction set this machine has, in rows that lie apart.
#include "core/engine/kernels/narrow_products.h"
#include "tests/support/near.h"
#include "tests/support/random_values.h"

#include <QTest>

namespace kernels = cdra::engine::kernels;
using cdra::test::random_values;

class NarrowProductsTest : public QObject {
    Q_OBJECT
  private slots:
    void equal_plain_loops_data() {
        QTest::addColumn<int>("set");
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("rank");
        for (int set = 0; set <= static_cast<int>(kernels::best_instruction_set()); ++set)
            for (const auto& [rows, columns, rank] :
                 {std::tuple{1, 1, 1}, {4, 64, 4}, {5, 67, 3}, {64, 130, 2}, {3, 15, 5}, {63, 200, 11}, {7, 33, 8}})
                QTest::addRow("%s %d×%d, %d", std::string(name_of(static_cast<kernels::InstructionSet>(set))).c_str(), rows,
                              columns, rank)
                    << set << rows << columns << rank;
    }
    void equal_plain_loops() {
        QFETCH(int, set);
        QFETCH(int, rows);
        QFETCH(int, columns);
        QFETCH(int, rank);
        const auto kernel = kernels::narrow_products(static_cast<kernels::InstructionSet>(set));
        const std::int64_t wide = columns + 3, narrow = rank + 2;
        const auto x = random_values(rows * wide, 1), w = random_values(rank * wide, 2), s = random_values(rows * narrow, 3);
        auto p = random_values(rows * narrow, 4), d = random_values(rank * wide, 5);
        auto want_p = p, want_d = d; // what lies between the rows stays
        for (std::int64_t m = 0; m < rows; ++m)
            for (std::int64_t k = 0; k < rank; ++k) {
                double sum = 0;
                for (std::int64_t j = 0; j < columns; ++j)
                    sum += double{x[m * wide + j]} * double{w[k * wide + j]};
                want_p[m * narrow + k] = static_cast<float>(sum);
            }
        for (std::int64_t k = 0; k < rank; ++k)
            for (std::int64_t j = 0; j < columns; ++j) {
                double sum = d[k * wide + j];
                for (std::int64_t m = 0; m < rows; ++m)
                    sum += double{s[m * narrow + k]} * double{x[m * wide + j]};
                want_d[k * wide + j] = static_cast<float>(sum);
            }
        kernel.project(rows, columns, rank, {x.data(), wide}, {w.data(), wide}, {p.data(), narrow});
        kernel.accumulate(rows, columns, rank, {x.data(), wide}, {s.data(), narrow}, {d.data(), wide});
        const auto wrong_p = cdra::test::difference(p, want_p, 1e-5), wrong_d = cdra::test::difference(d, want_d, 1e-5);
        QVERIFY2(wrong_p.empty(), wrong_p.c_str());
        QVERIFY2(wrong_d.empty(), wrong_d.c_str());
    }
};

QTEST_GUILESS_MAIN(NarrowProductsTest)
#include "narrow_products_test.moc"
