// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// What `cdra` itself does about long jobs: check, make the job folder, hand over. A stand-in for the engine prints
// what it was asked.
#include "core/base/atomic_file.h"
#include "core/compact/plan.h"
#include "core/job/adapter.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "core/job/requests.h"
#include "core/job/results.h"
#include "core/sensitivity/map.h"
#include "tests/app/cli/run_cdra.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace cdra;
using cdra::test::Outcome;

namespace {

void write_map_of(const std::filesystem::path& path, int depth, int dim, int mlp) {
    checkpoint::VitSpec spec;
    spec.depth = depth;
    spec.dim = dim;
    spec.mlp_dim = mlp;
    sensitivity::SensitivityMap map;
    std::uint32_t state = 1;
    for (const auto& shape : checkpoint::candidate_matrices(spec)) {
        std::vector<float> values;
        for (std::int64_t i = 0; i < shape.size(); ++i)
            values.push_back(static_cast<float>((state = state * 1664525U + 1013904223U) >> 8));
        map.matrices.push_back({shape, std::move(values)});
    }
    for (const auto& shape : checkpoint::tunable_vectors(spec))
        map.vectors.push_back({shape, std::vector<float>(static_cast<std::size_t>(shape.size), 1)});
    map.provenance.model = "vit.safetensors";
    map.provenance.backbone_parameters = 1'000'000;
    map.provenance.class_token_parameters = dim;
    map.provenance.samples = {0};
    map.provenance.mean = map.provenance.std = {0.5F, 0.5F, 0.5F};
    sensitivity::write_map(path, map);
}

} // namespace

class TrainTest : public QObject {
    Q_OBJECT
    test::TemporaryFolder folder_;
    std::filesystem::path engine_;

    Outcome cdra(const QStringList& arguments) const { return test::run_cdra(arguments, folder_.path(), engine_); }
    QStringList train(const QString& out, const QStringList& more) const {
        return QStringList{"train", "--model", "vit.safetensors", "--heads", "4", "--data", "images", "--image-size", "32",
                           "--out", out} +
               more;
    }
    // A finished run as a worker leaves it.
    void finish(const std::string& run, double accuracy) const {
        const job::JobPaths paths(folder_ / run);
        job::EventWriter(paths.events).write(job::DoneEvent{65});
        job::Adapter adapter;
        adapter.whole["head.weight"] = {{4, 64}, std::vector<float>(256, 0.5F)};
        job::write_adapter(paths.adapter / "adapter.safetensors", adapter);
        job::Results results;
        results.summary = {{"test/accuracy", accuracy}, {"parameters/trainable_percent", 0.49}, {"time/train_seconds", 65}};
        job::write_results(paths.results, results);
    }

  private slots:
    void initTestCase() {
        test::write_tiny_vit(folder_ / "vit.safetensors");
        test::write_tiny_images(folder_ / "images");
        write_map_of(folder_ / "S.h5", 3, 64, 128);
        write_map_of(folder_ / "other.h5", 2, 64, 128);
        engine_ = test::write_fake_engine(folder_ / "engine");
    }

    void a_run_gets_its_folder_and_the_engine_its_request() {
        const auto outcome = cdra(train("R1", {"--method", "lora", "--rank", "4", "--epochs", "3", "--seed", "7", "--json"}));
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.code, 0);
        QVERIFY2(outcome.out.startsWith("train {"), qPrintable(outcome.out));
        const auto request = job::train_request(outcome.out.mid(6).toStdString());
        QCOMPARE(request.folder, (folder_ / "R1").string());
        QVERIFY(!request.resume);
        QVERIFY(request.output.json);
        const job::JobPaths paths(folder_ / "R1");
        const job::Project project = job::read_project(paths.project);
        QCOMPARE(project.model.path, (folder_ / "vit.safetensors").string()); // a worker may run elsewhere
        QCOMPARE(project.data.spec, (folder_ / "images").string());
        QCOMPARE(project.recipe.epochs, 3);
        QCOMPARE(project.run.seed, 7U);
        QCOMPARE(project.method_options.at("rank"), std::string("4"));
        QVERIFY(read_text_file(paths.command).find("--method lora --rank 4 --epochs 3") != std::string::npos);
        QCOMPARE(job::read_state(paths), job::JobState::queued);
        const auto again = cdra(train("R1", {"--method", "linear"}));
        QCOMPARE(again.code, 2);
        QVERIFY2(again.err.contains("already holds a job"), qPrintable(again.err));
    }

    void the_run_keeps_its_own_plan() {
        QCOMPARE(cdra({"plan", "S.h5", "--gamma", "0.02", "--out", "P.h5", "--quiet"}).code, 0);
        QCOMPARE(cdra(train("R2", {"--plan", "P.h5"})).code, 0);
        const job::Project project = job::read_project(job::JobPaths(folder_ / "R2").project);
        QCOMPARE(project.plan.file, (folder_ / "R2/plan.h5").string());
        std::filesystem::remove(folder_ / "P.h5");
        QCOMPARE(compact::read_plan(project.plan.file).gamma, 0.02);
    }

    void a_map_becomes_a_plan_with_the_options_given() {
        const auto outcome = cdra(train("R3", {"--map", "S.h5", "--gamma", "0.05", "--rank", "fixed:3", "--quiet"}));
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.code, 0);
        const compact::CompactPlan plan = compact::read_plan(folder_ / "R3/plan.h5");
        QCOMPARE(plan.gamma, 0.05);
        QCOMPARE(plan.options.rank, std::string("fixed:3"));
        QCOMPARE(plan.matrices[0].rank, 3U);
    }

    void a_project_file_and_the_command_line_which_wins() {
        job::Project project;
        project.name = "my run";
        project.model.path = std::string("vit.safetensors");
        project.model.heads = 4;
        project.data.spec = "images";
        project.data.image_size = 32;
        project.method = "lora";
        project.method_options["rank"] = "2";
        project.recipe.epochs = 5;
        job::write_project(folder_ / "project.toml", project);
        QCOMPARE(cdra({"train", "project.toml", "--epochs", "6"}).code, 0);
        const job::Project frozen = job::read_project(folder_ / "runs/my-run-1/project.toml");
        QCOMPARE(frozen.recipe.epochs, 6);
        QCOMPARE(frozen.method_options.at("rank"), std::string("2"));
        QCOMPARE(cdra({"train", "project.toml", "--method", "linear"}).code, 0);
        QCOMPARE(job::read_project(folder_ / "runs/my-run-2/project.toml").method, std::string("linear"));
    }

    void the_published_recipe_and_what_wins_over_it() {
        QCOMPARE(cdra(train("RP1", {"--method", "vpt-deep", "--recipe", "published", "--lr", "0.01"})).code, 0);
        job::Recipe recipe = job::read_project(job::JobPaths(folder_ / "RP1").project).recipe;
        QCOMPARE(recipe.drop_path, 0.0);
        QCOMPARE(recipe.lr, 0.01);
        QCOMPARE(recipe.epochs, job::Recipe{}.epochs);
        QCOMPARE(cdra(train("RP2", {"--method", "vpt-deep"})).code, 0);
        QCOMPARE(job::read_project(job::JobPaths(folder_ / "RP2").project).recipe.drop_path, job::Recipe{}.drop_path);
        const auto outcome = cdra(train("RP3", {"--method", "vpt-deep", "--recipe", "best"}));
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("--recipe is 'best'; expected common or published"), qPrintable(outcome.err));
        QVERIFY(!std::filesystem::exists(folder_ / "RP3"));
    }

    void refusals_write_nothing_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("part");
        QTest::newRow("no plan") << train("no", {}) << "method cdra needs a compact plan";
        QTest::newRow("another model's map") << train("no", {"--map", "other.h5", "--quiet"}) << "make the plan from this model's sensitivity map";
        QTest::newRow("plan missing") << train("no", {"--plan", "absent.h5"}) << "absent.h5";
        QTest::newRow("plan and gamma") << train("no", {"--plan", "P.h5", "--gamma", "0.1"}) << "--plan stands beside";
        QTest::newRow("image size") << train("no", {"--method", "linear", "--image-size", "33"}) << "--image-size";
        QTest::newRow("not a model") << QStringList{"train", "--model", "S.h5", "--data", "images", "--method", "linear", "--out", "no"}
                                     << "S.h5";
        QTest::newRow("no data") << QStringList{"train", "--model", "vit.safetensors", "--heads", "4", "--data", "absent", "--method",
                                                "linear", "--image-size", "32", "--out", "no"}
                                 << "absent";
        QTest::newRow("option value") << train("no", {"--method", "lora", "--rank", "0"}) << "'rank' is '0'";
        QTest::newRow("device") << train("no", {"--method", "linear", "--device", "gpu"}) << "run.device is 'gpu'";
        QTest::newRow("sensitivity out") << QStringList{"sensitivity", "--model", "vit.safetensors", "--heads", "4", "--data", "images",
                                                        "--image-size", "32", "--out", "absent/S.h5"}
                                         << "does not exist";
        QTest::newRow("too many samples") << QStringList{"sensitivity", "--model", "vit.safetensors", "--heads", "4", "--data", "images",
                                                         "--image-size", "32", "--samples", "100000", "--out", "T.h5"}
                                          << "the training split has 80 images";
    }
    void refusals_write_nothing() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, part);
        const std::size_t before = test::entries(folder_.path());
        const auto outcome = cdra(arguments);
        QVERIFY2(outcome.err.startsWith("cdra: ") && outcome.err.count('\n') <= 2, qPrintable(outcome.err));
        if (part != "--image-size") QVERIFY2(outcome.err.contains(part), qPrintable(outcome.err));
        QCOMPARE(outcome.code, 2);
        QCOMPARE(outcome.out, QString());
        QCOMPARE(test::entries(folder_.path()), before);
    }

    void sensitivity_asks_for_what_was_typed() {
        const auto outcome = cdra({"sensitivity", "--model", "vit.safetensors", "--heads", "4", "--data", "images", "--image-size",
                                   "32", "--samples", "40", "--seed", "5", "--out", "T.h5", "--job", "J", "--device", "cpu"});
        QCOMPARE(outcome.err, QString());
        QVERIFY2(outcome.out.startsWith("sensitivity {"), qPrintable(outcome.out));
        const auto request = job::sensitivity_request(outcome.out.mid(12).toStdString());
        QCOMPARE(request.sensitivity.samples, 40);
        QCOMPARE(request.sensitivity.seed, 5U);
        QCOMPARE(request.sensitivity.map, (folder_ / "T.h5").string());
        QCOMPARE(request.run.device, std::string("cpu"));
        QCOMPARE(request.output.job, (folder_ / "J").string());
        QVERIFY(std::filesystem::exists(folder_ / "J/project.toml"));
    }

    void the_engines_exit_code_is_ours() {
        const auto failing = test::write_fake_engine(folder_ / "failing", 130);
        QCOMPARE(test::run_cdra(train("R5", {"--method", "linear"}), folder_.path(), failing).code, 130);
    }

    void a_missing_engine_is_said_before_anything_is_made() {
        const auto outcome = test::run_cdra(train("R6", {"--method", "linear"}), folder_.path(), folder_ / "absent-engine");
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("absent-engine"), qPrintable(outcome.err));
        QVERIFY(!std::filesystem::exists(folder_ / "R6"));
    }

    void detached_it_prints_the_folder_and_logs_there() {
        const auto outcome = cdra(train("R7", {"--method", "linear", "--detach"}));
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.out, QString::fromStdString((folder_ / "R7").string()) + "\n");
        const job::JobPaths paths(folder_ / "R7");
        QTRY_VERIFY_WITH_TIMEOUT(read_text_file(paths.log).starts_with("train {"), 30000);
    }

    void words_go_only_to_the_living() {
        QCOMPARE(cdra(train("R8", {"--method", "linear"})).code, 0);
        const job::JobPaths paths(folder_ / "R8");
        const auto queued = cdra({"stop", "R8"});
        QCOMPARE(queued.code, 2);
        QCOMPARE(queued.err, QString("cdra: R8 is not running (it is queued); nothing was sent\n"));
        job::ControlReader reader(paths);
        job::EventWriter events(paths.events);
        events.write(job::StageEvent{"train"});
        {
            const job::JobLock lock(paths);
            QCOMPARE(cdra({"pause", "R8"}).out, QString("sent pause to R8\n"));
            QCOMPARE(cdra({"checkpoint", "R8", "--json"}).code, 0);
            QCOMPARE(cdra({"resume", "R8"}).code, 2); // it is running
            events.write(job::PausedEvent{3});
            QCOMPARE(cdra({"resume", "R8"}).out, QString("sent resume to R8\n"));
            QCOMPARE(cdra({"stop", "R8"}).out, QString("sent stop to R8\n"));
        }
        QVERIFY(reader.poll() == (std::vector{job::ControlWord::pause, job::ControlWord::checkpoint, job::ControlWord::resume,
                                              job::ControlWord::stop}));
        const auto dead = cdra({"stop", "R8"});
        QVERIFY2(dead.err.contains("it is dead"), qPrintable(dead.err));
        const auto resumed = cdra({"resume", "R8", "--epochs", "9"});
        QCOMPARE(resumed.code, 0);
        QVERIFY2(resumed.out.startsWith("train {"), qPrintable(resumed.out));
        QVERIFY(job::train_request(resumed.out.mid(6).toStdString()).resume);
    }

    void a_finished_run_is_exported_evaluated_merged_and_reported() {
        QCOMPARE(cdra(train("R9", {"--method", "linear"})).code, 0);
        const auto early = cdra({"export", "R9", "--out", "E"});
        QCOMPARE(early.code, 2);
        QVERIFY2(early.err.contains("holds no adapter yet"), qPrintable(early.err));
        QVERIFY(!std::filesystem::exists(folder_ / "E"));
        finish("R9", 0.815);
        const auto exported = cdra({"export", "R9", "--out", "E"});
        QCOMPARE(exported.out, QString("E/adapter.safetensors\n"));
        QCOMPARE(job::read_adapter(folder_ / "E/adapter.safetensors").whole.at("head.weight").values.size(), std::size_t{256});
        QVERIFY(cdra({"evaluate", "R9", "--split", "val"}).out.startsWith("evaluate {"));
        QCOMPARE(cdra({"evaluate", "R9", "--split", "nope"}).code, 2);
        const auto merged = cdra({"merge", "R9", "--out", "M.safetensors"});
        QVERIFY2(merged.out.startsWith("merge {"), qPrintable(merged.out));
        QVERIFY(job::merge_request(merged.out.mid(6).toStdString()).naming == checkpoint::Naming::timm);
        const auto predicted = cdra({"predict", "R9", "engine", "--top", "2"});
        QVERIFY2(predicted.out.startsWith("predict {"), qPrintable(predicted.out));
        QCOMPARE(cdra({"predict", "R9", "absent.png"}).code, 2);
        const auto again = cdra({"resume", "R9"});
        QVERIFY2(again.err.contains("has finished its 100 epochs"), qPrintable(again.err));
        const auto csv = cdra({"report", "R9", "R8", "--format", "csv"});
        QCOMPARE(csv.err, QString());
        QCOMPARE(csv.out, QString("run,method,protocol,state,seed,epochs,trainable %,with head %,val accuracy %,test accuracy %,train time\n"
                                  "R9,linear,honest,done,0,100,0.490,-,-,81.50,1:05\n"
                                  "R8,linear,honest,dead,0,100,-,-,-,-,-\n"));
        const QJsonObject json = QJsonDocument::fromJson(cdra({"report", "R9", "--json"}).out.toUtf8()).object();
        QCOMPARE(json["runs"][0].toObject()["figures"].toObject()["test/accuracy"].toDouble(), 0.815);
    }
};

QTEST_GUILESS_MAIN(TrainTest)
#include "train_test.moc"
