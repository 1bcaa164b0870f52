// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Statistics against known values; the paper's numbers against their own means; the Pareto front.
#include "core/base/error.h"
#include "core/tables/outcome.h"
#include "core/tables/paper_numbers.h"
#include "core/tables/pareto.h"
#include "core/tables/statistics.h"

#include <QXmlStreamReader>
#include <QtTest>
#include <cmath>
#include <set>

using namespace cdra;
using namespace cdra::tables;

namespace {

const std::filesystem::path resources =
    std::filesystem::path(CDRA_TEST_DATA).parent_path().parent_path() / "resources";

bool close(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

} // namespace

class TablesTest : public QObject {
    Q_OBJECT

  private slots:
    void studentQuantiles() {
        // Two-sided 95 % and 99 %, from any table of Student's distribution.
        QVERIFY(close(student_quantile(1), 12.7062, 5e-4));
        QVERIFY(close(student_quantile(2), 4.30265, 5e-5));
        QVERIFY(close(student_quantile(4), 2.77645, 5e-5));
        QVERIFY(close(student_quantile(30), 2.04227, 5e-5));
        QVERIFY(close(student_quantile(9, 0.99), 3.24984, 5e-5));
        QVERIFY(close(student_quantile(100000), 1.95998, 5e-4));
        QVERIFY_THROWS_EXCEPTION(InputError, student_quantile(0));
    }

    void meansAndDeviations() {
        const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
        QCOMPARE(mean(values), 5.0);
        QVERIFY(close(deviation(values), 2.13809, 1e-5));
        QVERIFY(std::isnan(mean({})));
        QVERIFY(std::isnan(deviation(std::vector<double>{3})));
    }

    void pairedByT() {
        const std::vector<double> a{81.2, 80.9, 82.0}, b{80.0, 80.1, 80.4};
        const Difference result = paired_t(a, b); // differences 1.2, 0.8, 1.6: mean 1.2, s 0.4
        QVERIFY(close(result.mean, 1.2, 1e-9));
        QVERIFY(close(result.interval.low, 1.2 - 4.30265 * 0.4 / std::sqrt(3.0), 1e-4));
        QVERIFY(close(result.interval.high, 1.2 + 4.30265 * 0.4 / std::sqrt(3.0), 1e-4));
        QVERIFY(std::isnan(paired_t(std::vector<double>{1}, std::vector<double>{2}).interval.low));
        QVERIFY_THROWS_EXCEPTION(InputError, paired_t(a, std::vector<double>{1}));
    }

    void pairedByBootstrap() {
        std::vector<double> a, b;
        for (int i = 0; i < 100; ++i) {
            a.push_back(i % 10);
            b.push_back(0);
        }
        const Difference result = paired_bootstrap(a, b);
        const double half = 1.96 * std::sqrt(8.25) / 10; // the normal approximation, good for 100 values
        QVERIFY(close(result.mean, 4.5, 1e-12));
        QVERIFY(close(result.interval.low, 4.5 - half, 0.05));
        QVERIFY(close(result.interval.high, 4.5 + half, 0.05));
        QCOMPARE(paired_bootstrap(a, b).interval.low, result.interval.low);
    }

    void papersNumbersAgreeWithTheirMeans() {
        const std::vector<PaperTable> tables = read_paper_numbers(resources / "paper_numbers.toml");
        QCOMPARE(tables.size(), std::size_t{8});
        int checked = 0;
        for (const PaperTable& table : tables) {
            if (table.name == "table3" || table.name == "table8") continue; // they have no means
            for (const PaperRow& row : table.rows) {
                // Table 2 gives VPT-Shallow 84.62, its cells 84.66: means of more digits than are printed.
                const double printed = table.name == "table1" ? 0.011 : table.name == "table2" ? 0.05 : 0.07;
                if (row.mean) {
                    QVERIFY2(close(mean(row.cells), *row.mean, printed), row.method.c_str());
                    ++checked;
                }
                std::vector<std::string> groups;
                for (const std::string& group : table.groups)
                    if (std::find(groups.begin(), groups.end(), group) == groups.end())
                        groups.push_back(group);
                for (std::size_t g = 0; g < row.group_means.size(); ++g) {
                    std::vector<double> cells;
                    for (std::size_t c = 0; c < row.cells.size(); ++c)
                        if (table.groups[c] == groups[g]) cells.push_back(row.cells[c]);
                    QVERIFY2(close(mean(cells), row.group_means[g], 0.06),
                             (row.method + ", " + groups[g]).c_str());
                    ++checked;
                }
            }
        }
        QVERIFY(checked >= 60);
    }

    void damagedNumbersAreRefused() {
        QVERIFY_THROWS_EXCEPTION(
            InputError,
            parse_paper_numbers("[t]\ncolumns = ['a', 'b']\n[[t.row]]\ncells = [1.0]\n", "x.toml"));
        QVERIFY_THROWS_EXCEPTION(
            InputError, parse_paper_numbers(
                            "[t]\ncolumns = ['a']\n[[t.row]]\ncells = [1.0]\nmended = ['b']\n", "x.toml"));
    }

    void overallMeansDiffer() {
        Outcome outcome;
        outcome.tasks = {"a", "b", "c"};
        outcome.groups = {"natural", "natural", "structured"};
        OutcomeRow row, other;
        row.cells["a"].seeds = {{0, 60}, {1, 62}};
        row.cells["b"].seeds = {{0, 70}};
        row.cells["c"].seeds = {{0, 30}};
        QVERIFY(close(outcome.mean_of_tasks(row), (61 + 70 + 30) / 3.0, 1e-9));
        QVERIFY(close(outcome.mean_of_group_means(row), (65.5 + 30) / 2, 1e-9));
        other.cells["a"].seeds = {{1, 60}, {2, 99}}; // seed 1 alone is shared
        QCOMPARE(compare(row, other)->pairs, 1);
        QCOMPARE(compare(row, other)->mean, 2.0);
        QVERIFY(std::isnan(outcome.mean_of_tasks(other)));
        QVERIFY(!compare(row, OutcomeRow{}));
    }

    void paretoFront() {
        const std::vector<ParetoPoint> points{
            {"full", 100, 80, 0}, {"linear", 0, 70, 0}, {"worse", 1, 69, 0}, {"good", 0.5, 82, 1}};
        QCOMPARE(pareto_front(points), (std::vector<std::size_t>{1, 3}));
        QXmlStreamReader reader(QString::fromStdString(pareto_svg(points, "a < b & c", "%")));
        int circles = 0;
        while (!reader.atEnd())
            if (reader.readNext() == QXmlStreamReader::StartElement &&
                reader.name() == QLatin1String("circle"))
                ++circles;
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QCOMPARE(circles, 4);
    }
};

QTEST_GUILESS_MAIN(TablesTest)
#include "tables_test.moc"
