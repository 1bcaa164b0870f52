// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// What `cdra` itself does about methods that start from a map, and its analyses. A stand-in for the engine prints
// what it was asked.
#include "core/compact/plan.h"
#include "core/job/adapter.h"
#include "core/job/job_folder.h"
#include "core/job/project.h"
#include "core/job/requests.h"
#include "core/sensitivity/map.h"
#include "tests/app/cli/run_cdra.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace cdra;
using cdra::test::Outcome;

class SensitiveMethodsTest : public QObject {
    Q_OBJECT
    test::TemporaryFolder folder_;
    std::filesystem::path engine_;

    Outcome cdra(const QStringList& arguments) const { return test::run_cdra(arguments, folder_.path(), engine_); }
    QStringList train(const QString& out, const QStringList& more) const {
        return QStringList{"train", "--model", "vit.safetensors", "--heads", "4", "--data", "images", "--image-size", "32",
                           "--out", out, "--quiet"} + more;
    }
    static QJsonObject json(const Outcome& outcome) { return QJsonDocument::fromJson(outcome.out.toUtf8()).object(); }

  private slots:
    void initTestCase() {
        test::write_tiny_vit(folder_ / "vit.safetensors");
        test::write_tiny_images(folder_ / "images");
        test::SyntheticMap shape;
        shape.depth = 3, shape.dim = 64, shape.mlp_dim = 128;
        auto map = test::synthetic_map(shape);
        map.provenance.model_sha256.clear(); // made up, of no checkpoint
        sensitivity::write_map(folder_ / "S.h5", map);
        map.patch = {sensitivity::patch_shape(64, 192), std::vector<float>(64 * 192, 1)};
        sensitivity::write_map(folder_ / "G.h5", map);
        map.patch.reset();
        for (auto& matrix : map.matrices)
            matrix.values.edit([](auto& values) {
                for (std::size_t i = 0; i < values.size(); i += 3) values[i] *= 2;
            });
        sensitivity::write_map(folder_ / "S2.h5", map);
        engine_ = test::write_fake_engine(folder_ / "engine");
    }

    void a_method_makes_its_own_plan() {
        const auto outcome = cdra(train("R1", {"--method", "spt-lora", "--rank", "2", "--sensitivity", "S.h5", "--gamma", "0.02"}));
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.code, 0);
        const auto plan = compact::read_plan(folder_ / "R1/plan.h5");
        QCOMPARE(plan.method, std::string("spt-lora"));
        QCOMPARE(plan.method_options.at("rank"), std::string("2"));
        QCOMPARE(plan.gamma, 0.02);
        int whole = 0;
        for (const auto& matrix : plan.matrices)
            if (matrix.whole) {
                QCOMPARE(matrix.rank, 2U);
                ++whole;
            }
        QVERIFY(whole > 0);
        const auto project = job::read_project(job::JobPaths(folder_ / "R1").project);
        QCOMPARE(project.method, std::string("spt-lora"));
        QCOMPARE(project.plan.file, (folder_ / "R1/plan.h5").string());
        // The run's plan serves another run of the same method, and no other method's.
        QCOMPARE(cdra(train("R2", {"--method", "spt-lora", "--plan", "R1/plan.h5"})).code, 0);
        const auto refused = cdra(train("R3", {"--method", "cdra", "--plan", "R1/plan.h5"}));
        QCOMPARE(refused.code, 2);
        QVERIFY2(refused.err.contains("made for method spt-lora"), qPrintable(refused.err));
        QVERIFY(!std::filesystem::exists(folder_ / "R3"));
    }

    void a_budget_is_kept() {
        QCOMPARE(cdra(train("R4", {"--method", "spt-adapter", "--sensitivity", "S.h5", "--budget", "5"})).code, 0);
        const auto plan = compact::read_plan(folder_ / "R4/plan.h5");
        QVERIFY(plan.trainable_percent() <= 5 && plan.trainable_percent() > 3);
    }

    void gps_selects_by_its_own_options() {
        QCOMPARE(cdra(train("R5", {"--method", "gps", "--weights-per-output", "3", "--sensitivity", "G.h5"})).code, 0);
        const auto plan = compact::read_plan(folder_ / "R5/plan.h5");
        QCOMPARE(plan.patch->mask.size(), std::size_t(3 * 64));
        const auto gamma = cdra(train("R6", {"--method", "gps", "--sensitivity", "G.h5", "--gamma", "0.1"}));
        QCOMPARE(gamma.code, 2);
        QVERIFY2(gamma.err.contains("selects weights by its own options"), qPrintable(gamma.err));
        const auto map = cdra(train("R6", {"--method", "gps", "--sensitivity", "S.h5"}));
        QCOMPARE(map.code, 2);
        QVERIFY2(map.err.contains("--estimator contrastive"), qPrintable(map.err));
        QVERIFY(!std::filesystem::exists(folder_ / "R6"));
    }

    void the_contrastive_estimator_takes_the_whole_split() {
        const auto outcome = cdra({"sensitivity", "--model", "vit.safetensors", "--heads", "4", "--data", "images", "--image-size", "32",
                                   "--estimator", "contrastive", "--out", "C.h5"});
        QCOMPARE(outcome.code, 0);
        const auto request = job::sensitivity_request(outcome.out.mid(12).toStdString());
        QCOMPARE(request.sensitivity.estimator, std::string("contrastive"));
        QCOMPARE(request.sensitivity.samples, 80);
    }

    void maps_are_compared() {
        const auto outcome = cdra({"compare", "S.h5", "S2.h5", "S.h5", "--gamma", "0.01", "0.1", "--json", "--quiet"});
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.code, 0);
        const auto pairs = json(outcome)["pairs"].toArray();
        QCOMPARE(pairs.size(), 3);
        const auto other = pairs[0].toObject(), same = pairs[1].toObject();
        QCOMPARE(other["masks"].toArray().size(), 2);
        const double jaccard = other["masks"].toArray()[0].toObject()["jaccard"].toDouble();
        QVERIFY(jaccard > 0.1 && jaccard < 1);
        QVERIFY(other["spearman"].toDouble() < 1);
        QCOMPARE(same["masks"].toArray()[1].toObject()["jaccard"].toDouble(), 1.0);
        QCOMPARE(other["matrices"].toArray().size(), 18);
        const auto shown = cdra({"compare", "S.h5", "S2.h5", "--quiet"});
        QVERIFY2(shown.out.contains("Jaccard"), qPrintable(shown.out));
        QCOMPARE(cdra({"compare", "S.h5"}).code, 2);
        QCOMPARE(cdra({"compare", "S.h5", "S2.h5", "--gamma", "2"}).code, 2);
    }

    void a_run_is_analysed() {
        QCOMPARE(cdra(train("R7", {"--sensitivity", "S.h5", "--gamma", "0.02"})).code, 0);
        QCOMPARE(cdra({"analyse", "R7"}).code, 2); // not trained
        job::Adapter adapter;
        job::LowRank part;
        part.rows = {1, 2};
        part.columns = {5};
        part.rank = 1;
        part.a = {3, 4};
        part.b = {2};
        adapter.low_rank["blocks.1.attn.q"] = part;
        adapter.masked["blocks.0.attn.k"] = {{7}, {0.5F}};
        job::write_adapter(job::JobPaths(folder_ / "R7").adapter / "adapter.safetensors", adapter);
        const auto outcome = cdra({"analyse", "R7", "--sensitivity", "S.h5", "--json", "--quiet"});
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.code, 0);
        const auto matrices = json(outcome)["matrices"].toArray();
        QCOMPARE(matrices.size(), 2);
        QCOMPARE(matrices[1].toObject()["name"].toString(), QStringLiteral("blocks.1.attn.q"));
        QCOMPARE(matrices[1].toObject()["norm"].toDouble(), 10.0);
        QCOMPARE(matrices[1].toObject()["used_rank"].toInt(), 1);
        QVERIFY(matrices[1].toObject()["relative_norm"].toDouble() > 0);
        const auto boxes = json(outcome)["boxes"].toObject();
        QVERIFY(boxes["share"].toDouble() > boxes["random_mean"].toDouble());
        const auto shown = cdra({"analyse", "R7/plan.h5", "--sensitivity", "S.h5", "--quiet"});
        QCOMPARE(shown.code, 0);
        QVERIFY2(shown.out.contains("random boxes"), qPrintable(shown.out));
        QCOMPARE(cdra({"analyse", "R7/plan.h5"}).code, 2);
    }
};

QTEST_GUILESS_MAIN(SensitiveMethodsTest)
#include "sensitive_methods_test.moc"
