// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "tests/support/qt_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/widgets/sample_plan.h"
#include "widgets/figure.h"

#include <QFile>
#include <QImageReader>
#include <QSvgRenderer>
#include <QTest>
#include <set>

using namespace cdra;
using namespace cdra::widgets;

namespace {

QByteArray contents(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class FigureTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void everyFileIsThereAndReadable() {
        const test::TemporaryFolder folder;
        const auto plan = test::sample_plan(*test::sample_map(6));
        const auto files = figures::export_figures(folder / "figures", *plan, 150);
        QCOMPARE(files.size(), std::size_t(12));
        std::set<std::string> names;
        for (const auto& file : files) {
            names.insert(file.filename().string());
            QVERIFY2(std::filesystem::file_size(file) > 150, file.c_str());
        }
        for (const char* name : {"figure2.png", "figure4.svg", "figure5.pdf", "figure5.csv"})
            QVERIFY(names.contains(name));
        // Nothing temporary is left beside them.
        QCOMPARE(std::distance(std::filesystem::directory_iterator(folder / "figures"), {}), 12);

        QImage png(QString::fromStdString((folder / "figures/figure2.png").string()));
        QCOMPARE(png.width(), int(std::ceil(174 / 25.4 * 150)));
        QVERIFY(std::abs(png.dotsPerMeterX() - 150 / 0.0254) < 2);
        int red = 0, blue = 0;
        for (int y = 0; y < png.height(); ++y)
            for (int x = 0; x < png.width(); ++x) {
                const QColor colour(png.pixel(x, y));
                red += colour.red() > 180 && colour.green() < 60;
                blue += colour.blue() > 150 && colour.red() < 60;
            }
        QVERIFY(red > 200 && blue > 200);

        QSvgRenderer svg(QString::fromStdString((folder / "figures/figure2.svg").string()));
        QVERIFY(svg.isValid());
        QVERIFY(std::abs(svg.viewBoxF().width() - 174 / 25.4 * 72) < 0.5);
        const QByteArray text = contents(folder / "figures/figure2.svg");
        for (const char* label : {"row (input feature)", "column (output feature)", "sensitive (%)",
                                  "whole matrix", "DejaVu Sans"})
            QVERIFY2(text.contains(label), label);
        const QByteArray fifth = contents(folder / "figures/figure5.svg");
        for (const char* label : {"matrix, block after block", "size of the compact sub-matrix", "mean"})
            QVERIFY2(fifth.contains(label), label);
        QVERIFY(contents(folder / "figures/figure4.svg").contains("column (output feature)"));

        const QByteArray pdf = contents(folder / "figures/figure4.pdf");
        QVERIFY(pdf.startsWith("%PDF-") && pdf.trimmed().endsWith("%%EOF"));
    }

    void csvHoldsTheNumbers() {
        const auto plan = test::sample_plan(*test::sample_map(2));
        const QList<QByteArray> lines =
            QByteArray::fromStdString(figures::figure5(*plan).csv).trimmed().split('\n');
        QCOMPARE(lines.size(), 13);
        const auto& last = plan->matrices.back();
        QCOMPARE(QString(lines.last()), QString("blocks.1.mlp.fc2,%1,%2")
                                            .arg(last.reorganised.compact_rows)
                                            .arg(last.reorganised.compact_columns));
        const QList<QByteArray> second =
            QByteArray::fromStdString(figures::figure2(*plan, 4).csv).trimmed().split('\n');
        QCOMPARE(second.size(), 1 + 48 + 192 + 1);
        std::uint64_t sum = 0;
        for (int i = 1; i <= 48; ++i)
            sum += second[i].split(',')[3].toULongLong();
        QVERIFY(sum > 0);
        QCOMPARE(sum, std::uint64_t(plan->matrices[4].mask.size()));
    }

    void choicesAndErrors() {
        const auto plan = test::sample_plan(*test::sample_map(6));
        const int chosen = figures::default_figure2_matrix(*plan);
        QCOMPARE(plan->matrices[std::size_t(chosen)].shape.kind, 0);
        const auto four = figures::default_figure4_matrices(*plan);
        QCOMPARE(std::set<int>(four.begin(), four.end()).size(), std::size_t(4));
        QVERIFY_THROWS_EXCEPTION(InputError, figures::figure2(*plan, -1));
        QVERIFY_THROWS_EXCEPTION(InputError, figures::figure2(*plan, 36));
        QVERIFY_THROWS_EXCEPTION(InputError, figures::figure4(*plan, {}));
        QVERIFY_THROWS_EXCEPTION(InputError, figures::format_of("figure.tiff"));
        // Without a sensitive weight there is nothing to draw, and nothing is left behind.
        compact::CompactPlan bare = *plan;
        for (auto& matrix : bare.matrices)
            matrix.mask.clear();
        const test::TemporaryFolder folder;
        QVERIFY_THROWS_EXCEPTION(InputError, figures::export_figures(folder / "out", bare));
        QVERIFY(!std::filesystem::exists(folder / "out"));
        QVERIFY_THROWS_EXCEPTION(IoError,
                                 figures::save(figures::figure5(*plan), folder / "missing/figure5.png"));
    }

    void aWidgetIsSavedToo() {
        const test::TemporaryFolder folder;
        QWidget widget;
        widget.resize(200, 100);
        for (const char* name : {"w.png", "w.svg", "w.pdf"})
            figures::save_widget(widget, folder / name);
        QCOMPARE(QImage(QString::fromStdString((folder / "w.png").string())).size(), QSize(400, 200));
        QVERIFY(QSvgRenderer(QString::fromStdString((folder / "w.svg").string())).isValid());
        QVERIFY(contents(folder / "w.pdf").startsWith("%PDF-"));
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(FigureTest)
#include "figure_test.moc"
