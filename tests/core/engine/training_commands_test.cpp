// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// A run from its project file to what it leaves behind: results, adapter, and a merged checkpoint that opens again.
#include "core/engine/commands/commands.h"
#include "tests/core/engine/engine_world.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/engine/kernels/forms.h"
#include "core/engine/training/run_setup.h"
#include "core/job/requests.h"
#include "core/job/results.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QTest>
#include <nlohmann/json.hpp>

namespace job = cdra::job;
namespace engine = cdra::engine;
namespace commands = cdra::engine::commands;

class TrainingCommandsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        cdra::test::write_tiny_images(folder_ / "images");
        cdra::compact::write_plan(folder_ / "P.h5", world_.plan());
        job::Project project;
        project.model.path = world_.file.string();
        project.data.spec = (folder_ / "images").string();
        project.data.image_size = 48; // positions are resampled from 4×4 to 6×6
        project.plan.file = (folder_ / "P.h5").string();
        project.recipe.epochs = 2, project.recipe.batch_size = 16, project.recipe.lr = 5e-3;
        project.run.device = "cpu", project.run.threads = 1;
        run_ = (folder_ / "run").string();
        const job::JobPaths paths(run_);
        job::create_job_folder(paths, "cdra train");
        job::write_project(paths.project, project);
        job::TrainRequest request;
        request.folder = run_;
        request.output.quiet = request.output.json = true;
        QCOMPARE(commands::train(job::to_json(request)), 0);
    }

    void leaves_results_and_adapter() {
        const auto results = job::read_results(job::JobPaths(run_).results);
        QCOMPARE(results.history.epoch.size(), std::size_t{2});
        QVERIFY(results.predictions && results.predictions->split == "test");
        const auto& predictions = *results.predictions;
        QCOMPARE(predictions.labels.size(), std::size_t{40});
        double right = 0;
        for (std::size_t i = 0; i < predictions.labels.size(); ++i)
            right += predictions.labels[i] == predictions.predicted[i];
        QCOMPARE(results.summary.at("test/accuracy"), right / 40);
        const auto plan = cdra::compact::read_plan(folder_ / "P.h5");
        QCOMPARE(results.summary.at("parameters/matrices"), static_cast<double>(plan.matrix_parameters()));
        QCOMPARE(results.summary.at("parameters/trainable_percent"), plan.trainable_percent());
        QCOMPARE(results.environment.at("protocol"), std::string("honest"));
        int with_values = 0;
        for (const auto& matrix : results.matrices) with_values += !matrix.a.empty();
        QVERIFY(with_values > 0);
        QCOMPARE(job::read_state(job::JobPaths(run_)), job::JobState::done);
    }

    void a_merged_file_gives_the_same_logits_data() {
        QTest::addColumn<int>("naming");
        QTest::newRow("timm") << int(cdra::checkpoint::Naming::timm);
        QTest::newRow("Hugging Face") << int(cdra::checkpoint::Naming::hf);
    }
    void a_merged_file_gives_the_same_logits() {
        QFETCH(int, naming);
        job::MergeRequest request;
        request.run = run_;
        request.naming = static_cast<cdra::checkpoint::Naming>(naming);
        request.out = (folder_ / "merged.safetensors").string();
        request.output.quiet = request.output.json = true;
        QCOMPARE(commands::merge(job::to_json(request)), 0);

        cdra::NullProgress progress;
        job::RunChoice cpu;
        cpu.device = "cpu", cpu.threads = 1;
        const auto setup = engine::open_run(run_, cpu, progress, {});
        torch::manual_seed(31);
        const auto images = torch::randn({3, 3, 48, 48});
        const auto want = cdra::test::adapted_logits(*setup.model, *setup.method, images).detach();
        // What tensors can't tell stands beside them: Hugging Face's ViT assumes another epsilon of the norms.
        cdra::write_file_atomically(folder_ / "config.json", R"({"model_type": "vit", "layer_norm_eps": 1e-6})");
        const auto file = cdra::checkpoint::open(request.out);
        QCOMPARE(file->spec().classes, 4);
        QVERIFY(file->unused().empty());
        const engine::Vit merged(*file, 48, file->spec().default_resampling(), cdra::checkpoint::Pooling::cls,
                                 torch::kCPU);
        const auto problem =
            cdra::test::difference(engine::float_values(merged.logits(images)), engine::float_values(want), 1e-5);
        std::filesystem::remove(folder_ / "config.json");
        QVERIFY2(problem.empty(), problem.c_str());
    }

    void evaluates_and_predicts() {
        job::EvaluateRequest evaluate;
        evaluate.run = run_, evaluate.split = "val";
        evaluate.output.quiet = evaluate.output.json = true;
        QCOMPARE(commands::evaluate(job::to_json(evaluate)), 0);
        evaluate.split = "nothing";
        QVERIFY_EXCEPTION_THROWN(commands::evaluate(job::to_json(evaluate)), cdra::InputError);
        job::PredictRequest predict;
        predict.run = run_, predict.top = 2;
        predict.images = {(folder_ / "images").string() + "/test/class1/1003.ppm"};
        predict.output.quiet = predict.output.json = true;
        QCOMPARE(commands::predict(job::to_json(predict)), 0);
        predict.images = {(folder_ / "missing.png").string()};
        QVERIFY_EXCEPTION_THROWN(commands::predict(job::to_json(predict)), cdra::InputError);
    }

    void another_model_under_the_run_is_refused() {
        cdra::test::TinyVit other;
        other.seed = 77;
        const auto bytes = cdra::read_text_file(world_.file);
        cdra::test::write_tiny_vit(world_.file, other);
        job::EvaluateRequest evaluate;
        evaluate.run = run_;
        evaluate.output.quiet = true;
        QVERIFY_EXCEPTION_THROWN(commands::evaluate(job::to_json(evaluate)), cdra::InputError);
        cdra::write_file_atomically(world_.file, bytes);
    }

    void a_second_train_in_the_folder_is_refused() {
        job::TrainRequest request;
        request.folder = run_;
        request.output.quiet = true;
        QVERIFY_EXCEPTION_THROWN(commands::train(job::to_json(request)), cdra::InputError);
    }

    // Forms of kernels differ in rounding: a run goes on in those it began with, whatever the table says by then.
    void a_resume_takes_up_the_kernels_of_its_beginning() {
        namespace kernels = engine::kernels;
        const auto inputs = std::filesystem::path(run_) / "inputs.json";
        const auto first = nlohmann::json::parse(cdra::read_text_file(inputs, 65536));
        const auto table = kernels::to_text(kernels::forms_for(kernels::best_instruction_set(), 1));
        QCOMPARE(first.at("kernels").get<std::string>(), table);
        QCOMPARE(job::read_results(job::JobPaths(run_).results, false).environment.at("kernels"), table);

        const auto resumed = [&](const nlohmann::json& now, int epochs) {
            cdra::write_file_atomically(inputs, now.dump());
            job::TrainRequest request;
            request.folder = run_, request.resume = true, request.epochs = epochs;
            request.output.quiet = request.output.json = true;
            commands::train(job::to_json(request));
            return job::read_results(job::JobPaths(run_).results, false).environment.at("kernels");
        };
        auto now = first;
        now["kernels"] = "product merged from 0.0625"; // as another table said
        QCOMPARE(resumed(now, 3), std::string("product merged from 0.0625"));
        now.erase("kernels"); // as versions before the table wrote it
        QCOMPARE(resumed(now, 4), kernels::to_text(kernels::first_forms));
        now["kernels"] = "product by magic";
        QVERIFY_EXCEPTION_THROWN(resumed(now, 5), cdra::InputError);
    }

  private:
    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};
    std::string run_;
};

QTEST_GUILESS_MAIN(TrainingCommandsTest)
#include "training_commands_test.moc"
