// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/plan.h"
#include "core/sensitivity/map.h"
#include "tests/app/cli/run_cdra.h"
#include "tests/support/temporary_folder.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace cdra;
using cdra::test::run_cdra;

namespace {

// One block of width 8: attn.q has eight sensitive weights in input features {1, 4} × output features {0, 2, 3, 7},
// six of the box's eight and none elsewhere; everything else is a thousand times smaller.
void write_small_map(const std::filesystem::path& path) {
    checkpoint::VitSpec spec;
    spec.depth = 1;
    spec.dim = 8;
    spec.heads = 2;
    spec.mlp_dim = 16;
    spec.patch = 4;
    spec.grid_height = spec.grid_width = 2;
    sensitivity::SensitivityMap map;
    float value = 1e-6F;
    for (const auto& shape : checkpoint::candidate_matrices(spec)) {
        std::vector<float> values;
        for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(value += 1e-9F);
        map.matrices.push_back({shape, std::move(values)});
    }
    for (const auto& shape : checkpoint::tunable_vectors(spec))
        map.vectors.push_back({shape, std::vector<float>(static_cast<std::size_t>(shape.size), 1e-7F)});
    // [out, in]: the paper's rows are inputs.
    map.matrices[0].values.edit([](auto& q) {
        for (const auto& [out, in] : {std::pair{0, 1}, {0, 4}, {2, 1}, {3, 4}, {7, 1}, {7, 4}})
            q[static_cast<std::size_t>(out * 8 + in)] = 1.0F + 0.01F * static_cast<float>(out);
    });
    map.provenance.model = "tiny";
    map.provenance.model_sha256 = std::string(64, 'a');
    map.provenance.backbone_parameters = checkpoint::backbone_parameters(spec);
    map.provenance.class_token_parameters = 8;
    map.provenance.samples = {0, 1};
    map.provenance.mean = map.provenance.std = {0.5F, 0.5F, 0.5F};
    sensitivity::write_map(path, map);
}

QJsonObject object(const QString& text) {
    QJsonParseError error;
    const QJsonDocument json = QJsonDocument::fromJson(text.toUtf8(), &error);
    return error.error == QJsonParseError::NoError ? json.object() : QJsonObject{};
}

} // namespace

class PlanTest : public QObject {
    Q_OBJECT
    test::TemporaryFolder folder_;

    test::Outcome plan(const QStringList& more) const {
        return run_cdra(QStringList{"plan", "S.h5", "--pool", "matrices", "--json", "--quiet"} + more, folder_.path());
    }

  private slots:
    void initTestCase() { write_small_map(folder_ / "S.h5"); }

    void json_says_what_is_in_the_box() {
        const auto outcome = plan({"--tau", "6"});
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.out.count('\n'), 1);
        const QJsonObject json = object(outcome.out);
        QCOMPARE(json["candidate_weights"].toInt(), 4 * 64 + 2 * 128);
        QCOMPARE(json["sensitive_weights"].toInt(), 6);
        QCOMPARE(json["gamma"].toDouble(), 6.0 / 512);
        QCOMPARE(json["matrices"].toArray().size(), 6);
        const QJsonObject q = json["matrices"][0].toObject();
        QCOMPARE(q["name"].toString(), "blocks.0.attn.q");
        QCOMPARE(q["rows"].toInt(), 8);
        QCOMPARE(q["sensitive"].toInt(), 6);
        QCOMPARE(q["compact_rows"].toInt(), 2);
        QCOMPARE(q["compact_columns"].toInt(), 4);
        QCOMPARE(q["density"].toDouble(), 0.75);
        QCOMPARE(q["rank"].toInt(), 1); // floor(6 / (2 + 4))
        QCOMPARE(q["parameters"].toInt(), 6);
        const QJsonObject k = json["matrices"][1].toObject();
        QCOMPARE(k["sensitive"].toInt(), 0);
        QCOMPARE(k["parameters"].toInt(), 0);
        QCOMPARE(json["trainable_parameters"].toInt(), 6 + 8);
        QVERIFY(std::abs(json["trainable_percent"].toDouble() - 100.0 * 14 / 1'000) < 2);
    }

    void the_printed_rule_scales_by_the_box() {
        // floor(6·8 / ((2+4)·64)) = 0: the printed form of Eq. 7, in exact integers.
        const QJsonObject json = object(plan({"--tau", "6", "--rank", "eq7", "--rank-zero", "freeze"}).out);
        QCOMPARE(json["matrices"][0].toObject()["rank"].toInt(), 0);
        QCOMPARE(json["matrices"][0].toObject()["parameters"].toInt(), 0);
        const QJsonObject masked = object(plan({"--tau", "6", "--rank", "eq7", "--rank-zero", "mask"}).out);
        QCOMPARE(masked["matrices"][0].toObject()["parameters"].toInt(), 6);
        QCOMPARE(masked["exportable_to_peft"].toBool(false), true); // two rows cover the six weights: a LoRA of rank 2
    }

    void the_file_is_the_plan_that_was_shown() {
        const auto outcome = plan({"--tau", "6", "--rank", "fixed:2", "--no-class-token", "--out", "P.h5"});
        QCOMPARE(outcome.code, 0);
        const compact::CompactPlan read = compact::read_plan(folder_ / "P.h5");
        QCOMPARE(QString::fromStdString(compact::plan_json(read)) + "\n", outcome.out);
        QCOMPARE(read.matrices[0].rank, 2U);
        QVERIFY(!read.options.class_token);
    }

    void text_shows_the_same() {
        const auto outcome = run_cdra({"plan", "S.h5", "--pool", "matrices", "--tau", "6", "--quiet"}, folder_.path());
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.err, QString());
        QVERIFY2(outcome.out.contains("sensitive         6 of them"), qPrintable(outcome.out));
        QVERIFY2(outcome.out.contains("mean d̄ × k̄        2.0 × 4.0"), qPrintable(outcome.out));
    }

    void progress_goes_to_standard_error() {
        const auto outcome = run_cdra({"plan", "S.h5", "--tau", "6", "--json"}, folder_.path());
        QCOMPARE(outcome.code, 0);
        QVERIFY(!object(outcome.out).isEmpty());
        QVERIFY(!outcome.err.contains('{'));
    }

    void refusals_write_nothing_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("part");
        QTest::newRow("gamma and tau") << QStringList{"--gamma", "0.1", "--tau", "3"} << "--gamma";
        QTest::newRow("tau") << QStringList{"--tau", "513", "--pool", "matrices"} << "512";
        QTest::newRow("rank") << QStringList{"--rank", "eq8"} << "eq8";
        QTest::newRow("pool") << QStringList{"--pool", "vectors"} << "--pool";
        QTest::newRow("quadrant") << QStringList{"--quadrant", "12"} << "--quadrant";
        QTest::newRow("scale") << QStringList{"--size-scale", "0"} << "--size-scale is 0";
        QTest::newRow("number") << QStringList{"--gamma", "much"} << "--gamma";
    }
    void refusals_write_nothing() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, part);
        const auto outcome = run_cdra(QStringList{"plan", "S.h5", "--quiet", "--out", "no.h5"} + arguments, folder_.path());
        QCOMPARE(outcome.code, 2);
        QCOMPARE(outcome.out, QString());
        QVERIFY2(outcome.err.startsWith("cdra: ") && outcome.err.contains(part) && outcome.err.count('\n') == 1,
                 qPrintable(outcome.err));
        QVERIFY(!std::filesystem::exists(folder_ / "no.h5"));
    }

    void a_file_that_is_no_map_is_refused() {
        std::ofstream(folder_ / "text.h5") << "no HDF5 at all";
        const auto outcome = run_cdra({"plan", "text.h5", "--quiet"}, folder_.path());
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("text.h5"), qPrintable(outcome.err));
        const auto elsewhere = run_cdra({"plan", "S.h5", "--out", "nowhere/P.h5", "--quiet"}, folder_.path());
        QCOMPARE(elsewhere.code, 2);
        QVERIFY2(elsewhere.err.contains("does not exist"), qPrintable(elsewhere.err));
    }
};

QTEST_GUILESS_MAIN(PlanTest)
#include "plan_test.moc"
