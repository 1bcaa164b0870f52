// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/compact/reorganise.h"
#include "core/sensitivity/selection.h"
#include "tests/support/synthetic_map.h"

#include <QtTest>
#include <algorithm>

using namespace cdra;
using namespace cdra::compact;

class ReorganiseTest : public QObject {
    Q_OBJECT

    static sensitivity::Profile profile_of(std::vector<std::uint32_t> rows,
                                           std::vector<std::uint32_t> columns) {
        return {std::move(rows), std::move(columns), 0};
    }

  private slots:
    void worked_by_hand() {
        const Reorganised got = reorganise(profile_of({0, 2, 1, 2}, {1, 0, 4}));
        QVERIFY(got.row_order == (std::vector<std::uint32_t>{1, 3, 2, 0}));
        QVERIFY(got.column_order == (std::vector<std::uint32_t>{2, 0, 1}));
        QCOMPARE(got.compact_rows, 3U);
        QCOMPARE(got.compact_columns, 2U);
    }

    void properties() {
        const auto map = test::synthetic_map({.dim = 40, .mlp_dim = 100});
        int partial = 0;
        for (const double gamma : {0.0, 0.002, 0.01, 0.1, 1.0}) {
            const auto count =
                sensitivity::count_for_gamma(gamma, sensitivity::pool_size(map, sensitivity::Pool::all));
            const auto selection = sensitivity::select_top(map, sensitivity::Pool::all, count);
            for (std::size_t m = 0; m < map.matrices.size(); ++m) {
                const auto& shape = map.matrices[m].shape;
                const auto profile = sensitivity::profile(shape, selection.matrices[m]);
                const Reorganised got = reorganise(profile);
                const auto row_at = inverse(got.row_order),
                           column_at = inverse(got.column_order); // throws unless permutations
                QCOMPARE(row_at.size(), static_cast<std::size_t>(shape.in));
                QCOMPARE(column_at.size(), static_cast<std::size_t>(shape.out));
                for (std::uint32_t i = 0; i < row_at.size(); ++i)
                    QCOMPARE(got.row_order[row_at[i]], i);
                // Every sensitive weight lies in the corner …
                std::vector<std::uint32_t> in_row(got.compact_rows), in_column(got.compact_columns);
                for (const std::uint32_t index : selection.matrices[m]) {
                    const auto row = row_at[index % static_cast<std::uint32_t>(shape.in)];
                    const auto column = column_at[index / static_cast<std::uint32_t>(shape.in)];
                    QVERIFY(row < got.compact_rows && column < got.compact_columns);
                    ++in_row[row];
                    ++in_column[column];
                }
                // … and no smaller corner would do; counts descend.
                QVERIFY(std::ranges::find(in_row, 0U) == in_row.end() &&
                        std::ranges::find(in_column, 0U) == in_column.end());
                QVERIFY(std::ranges::is_sorted(in_row, std::greater<>()) &&
                        std::ranges::is_sorted(in_column, std::greater<>()));
                partial += got.compact_rows > 0 && got.compact_rows < shape.in;
            }
        }
        QVERIFY(partial > 10); // the properties were not shown on trivial corners alone
    }

    void inverse_refuses_what_is_no_permutation() {
        QVERIFY(inverse(std::vector<std::uint32_t>{2, 0, 1}) == (std::vector<std::uint32_t>{1, 2, 0}));
        QVERIFY_EXCEPTION_THROWN(inverse(std::vector<std::uint32_t>{0, 0}), InputError);
        QVERIFY_EXCEPTION_THROWN(inverse(std::vector<std::uint32_t>{0, 2}), InputError);
    }

    void quadrants_tile_the_matrix() {
        Reorganised sorted;
        sorted.row_order = {4, 2, 0, 1, 3};
        sorted.column_order = {1, 2, 0};
        sorted.compact_rows = 2;
        sorted.compact_columns = 1;
        const Box b10 = box_of(sorted, Quadrant::q10, 1), b00 = box_of(sorted, Quadrant::q00, 1);
        const Box b01 = box_of(sorted, Quadrant::q01, 1), b11 = box_of(sorted, Quadrant::q11, 1);
        using Order = std::vector<std::uint32_t>;
        QVERIFY(b10.rows == (Order{4, 2}) && b10.columns == (Order{1}));    // sensitive × sensitive
        QVERIFY(b00.rows == (Order{0, 1, 3}) && b00.columns == (Order{1})); // other × sensitive
        QVERIFY(b01.rows == (Order{0, 1, 3}) && b01.columns == (Order{2, 0}));
        QVERIFY(b11.rows == (Order{4, 2}) && b11.columns == (Order{2, 0}));
        sorted.compact_rows = 5; // no other rows: both sides empty
        QVERIFY(box_of(sorted, Quadrant::q00, 1).rows.empty() &&
                box_of(sorted, Quadrant::q00, 1).columns.empty());
        for (const char* word : {"10", "00", "01", "11"})
            QCOMPARE(name_of(parse_quadrant(word)), std::string_view(word));
        QVERIFY_EXCEPTION_THROWN(parse_quadrant("12"), InputError);
    }

    void scales_round_up_and_are_capped() {
        Reorganised sorted;
        sorted.row_order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
        sorted.column_order = {0, 1, 2, 3};
        sorted.compact_rows = 10;
        sorted.compact_columns = 3;
        const auto sizes = [&](double scale) {
            const Box box = box_of(sorted, Quadrant::q10, scale);
            return std::pair(box.rows.size(), box.columns.size());
        };
        QCOMPARE(sizes(0.5), (std::pair<std::size_t, std::size_t>{5, 2}));
        QCOMPARE(sizes(1.0), (std::pair<std::size_t, std::size_t>{10, 3}));
        QCOMPARE(sizes(1.1), (std::pair<std::size_t, std::size_t>{11, 4})); // 1.1 · 10 in doubles is above 11
        QCOMPARE(sizes(1.5), (std::pair<std::size_t, std::size_t>{12, 4}));
        for (const double bad : {0.0, -1.0, 1e9, std::numeric_limits<double>::quiet_NaN()})
            QVERIFY_EXCEPTION_THROWN(box_of(sorted, Quadrant::q10, bad), InputError);
    }
};

QTEST_GUILESS_MAIN(ReorganiseTest)
#include "reorganise_test.moc"
