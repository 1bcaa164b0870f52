// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// A segmentation from its project file to figures, masks and a merged checkpoint; and a stopped run with batch
// statistics that ends in the same bytes.
#include "core/engine/commands/commands.h"
#include "tests/core/engine/engine_world.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/engine/segmentation/prediction.h"
#include "core/engine/training/run_setup.h"
#include "core/engine/training/trainer.h"
#include "core/job/requests.h"
#include "core/job/results.h"
#include "datasets/encode_png.h"
#include "datasets/voc_palette.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace job = cdra::job;
namespace engine = cdra::engine;
namespace commands = cdra::engine::commands;
namespace fs = std::filesystem;

namespace {

constexpr int size = 32, classes = 4, half = 16;

void write_bytes(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
    cdra::write_file_atomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// PASCAL VOC's layout: four quadrants, each of a random class with its own colour and noise; the line around a quadrant
// is void.
void write_quadrants(const fs::path& root) {
    for (const char* folder : {"JPEGImages", "SegmentationClass", "ImageSets/Segmentation"})
        fs::create_directories(root / folder);
    cdra::write_file_atomically(root / "classes.txt", "background\nred\ngreen\nblue\n");
    std::vector<std::uint8_t> colours; // index: class · 16 + noise
    for (int i = 0; i < 256; ++i)
        for (int channel = 0; channel < 3; ++channel)
            colours.push_back(static_cast<std::uint8_t>(i % 16 * 6 + (i / 16 == channel + 1 ? 150 : 0)));
    std::mt19937_64 random(7);
    int number = 0;
    for (const auto& [split, count] : {std::pair{"train", 40}, {"val", 12}, {"test", 16}}) {
        std::string list;
        for (int i = 0; i < count; ++i) {
            std::vector<std::uint8_t> image, labels;
            int quadrants[4];
            for (int& one : quadrants) one = static_cast<int>(random() % classes);
            for (int y = 0; y < size; ++y)
                for (int x = 0; x < size; ++x) {
                    const int one = quadrants[y / half * 2 + x / half];
                    image.push_back(static_cast<std::uint8_t>(one * 16 + static_cast<int>(random() % 16)));
                    labels.push_back(static_cast<std::uint8_t>(x % half == 0 || y % half == 0 ? 255 : one));
                }
            const auto name = std::to_string(1000 + number++);
            write_bytes(root / "JPEGImages" / (name + ".png"), cdra::datasets::encode_png(size, size, image, colours));
            write_bytes(root / "SegmentationClass" / (name + ".png"),
                        cdra::datasets::encode_png(size, size, labels, cdra::datasets::voc_palette()));
            list += name + "\n";
        }
        cdra::write_file_atomically(root / "ImageSets/Segmentation" / (std::string(split) + ".txt"), list);
    }
}

class Host final : public engine::TrainingHost {
  public:
    std::int64_t stop_at = -1;
    std::stop_source source;
    std::stop_token stop() const override { return source.get_token(); }
    cdra::ProgressSink& progress() override { return quiet_; }
    void write(decltype(job::Event::what)) override {}
    void log(const std::string&, const std::string&) override {}
    bool at_step(std::int64_t done) override {
        if (done == stop_at) source.request_stop();
        return false;
    }
    void resumed(std::int64_t) override {}

  private:
    cdra::NullProgress quiet_;
};

} // namespace

class SegmentationRunTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        write_quadrants(folder_ / "voc");
        data_ = cdra::datasets::open_dataset((folder_ / "voc").string());
        QVERIFY(data_->task() == cdra::datasets::Task::segmentation);
        QCOMPARE(data_->samples("test").size(), std::size_t{16});
        job::Project project;
        project.model.path = world_.file.string();
        project.data.spec = (folder_ / "voc").string();
        project.method = "linear";
        project.recipe.epochs = 20, project.recipe.batch_size = 8, project.recipe.lr = 0.05, project.recipe.min_lr = 1e-3;
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

    void leaves_figures_by_class() {
        const auto results = job::read_results(job::JobPaths(run_).results);
        QVERIFY(!results.predictions && results.segmentation);
        const auto& by_class = *results.segmentation;
        QCOMPARE(by_class.classes, data_->classes());
        QCOMPARE(by_class.split, std::string("test"));
        std::int64_t pixels = 0;
        for (const auto count : by_class.confusion) pixels += count;
        QCOMPARE(pixels, std::int64_t{16} * (size - 2) * (size - 2)); // without the void lines
        double sum = 0;
        for (const double value : by_class.iou) sum += value;
        QVERIFY(std::fabs(results.summary.at("test/miou") - sum / classes) < 1e-12);
        QVERIFY2(results.summary.at("test/miou") > 0.6, std::to_string(results.summary.at("test/miou")).c_str());
        QVERIFY(results.summary.at("test/mdice") > results.summary.at("test/miou"));
        QVERIFY(results.summary.contains("test/legacy_miou") && results.summary.contains("test/pixel_accuracy"));
        QCOMPARE(results.history.val_miou.size(), results.history.epoch.size());
        QCOMPARE(results.summary.at("val/miou"), *std::max_element(results.history.val_miou.begin(), results.history.val_miou.end()));
        QCOMPARE(results.environment.at("task"), std::string("segmentation"));
        QCOMPARE(results.summary.at("parameters/head"), 64.0 * classes + classes);
    }

    void leaves_masks_to_look_at() {
        const auto folder = job::JobPaths(run_).folder / "predictions" / "test";
        const auto index = nlohmann::json::parse(cdra::read_text_file(folder / "index.json"));
        QCOMPARE(index.at("masks").size(), std::size_t{16});
        double right = 0, all = 0;
        for (std::size_t i = 0; i < 16; ++i) {
            const auto& one = index.at("masks")[i];
            QCOMPARE(one.at("image").get<std::string>(), data_->samples("test")[i].name);
            const auto mask = cdra::datasets::read_label_png(folder / one.at("mask").get<std::string>());
            const auto labels = data_->load_labels("test", i);
            QCOMPARE(mask.width, labels.width);
            for (std::size_t p = 0; p < labels.classes.size(); ++p)
                if (labels.classes[p] != cdra::datasets::void_label) right += mask.classes[p] == labels.classes[p], ++all;
        }
        const auto results = job::read_results(job::JobPaths(run_).results);
        QCOMPARE(right / all, results.summary.at("test/pixel_accuracy")); // the images have the run's own size
    }

    void evaluates_and_predicts() {
        job::EvaluateRequest evaluate;
        evaluate.run = run_, evaluate.split = "val";
        evaluate.output.quiet = evaluate.output.json = true;
        QCOMPARE(commands::evaluate(job::to_json(evaluate)), 0);
        // The adapter alone, on the model: it says itself that it segments.
        job::EvaluateRequest alone = evaluate;
        alone.run.clear();
        alone.adapters = {(folder_ / "run/adapter/adapter.safetensors").string()};
        alone.model = job::ModelChoice{};
        alone.model->path = world_.file.string();
        alone.data = job::DataChoice{};
        alone.data->spec = (folder_ / "voc").string();
        QCOMPARE(commands::evaluate(job::to_json(alone)), 0);
        cdra::test::write_tiny_images(folder_ / "images");
        evaluate.data = job::DataChoice{};
        evaluate.data->spec = (folder_ / "images").string();
        QVERIFY_EXCEPTION_THROWN(commands::evaluate(job::to_json(evaluate)), cdra::InputError);

        // A photograph of another shape: the mask has its size.
        std::vector<std::uint8_t> pixels(50 * 21, 40);
        write_bytes(folder_ / "wide.png", cdra::datasets::encode_png(50, 21, pixels));
        job::PredictRequest predict;
        predict.run = run_, predict.out = (folder_ / "masks").string();
        predict.images = {(folder_ / "wide.png").string()};
        predict.output.quiet = predict.output.json = true;
        QCOMPARE(commands::predict(job::to_json(predict)), 0);
        const auto mask = cdra::datasets::read_label_png(folder_ / "masks/wide.png");
        QCOMPARE(mask.width, 50);
        QCOMPARE(mask.height, 21);
        QVERIFY(*std::max_element(mask.classes.begin(), mask.classes.end()) < classes);
        predict.images.push_back(predict.images.front());
        QVERIFY_EXCEPTION_THROWN(commands::predict(job::to_json(predict)), cdra::InputError);
    }

    void merges_the_backbone_with_the_decoder_beside_it() {
        job::MergeRequest request;
        request.run = run_;
        request.out = (folder_ / "merged.safetensors").string();
        request.output.quiet = request.output.json = true;
        QCOMPARE(commands::merge(job::to_json(request)), 0);
        const auto file = cdra::checkpoint::open(request.out);
        QCOMPARE(file->spec().classes, 0);
        QVERIFY(fs::exists(folder_ / "merged.decoder.safetensors"));
    }

    void a_stopped_run_with_statistics_ends_in_the_same_bytes() {
        const auto reference = bytes_after({});
        QVERIFY(reference == bytes_after({3, 8}));
        QVERIFY(reference != bytes_after({}, 10)); // another seed
    }

  private:
    // The adapter of a CDRA run with the pyramid decoder, stopped at these steps and resumed each time.
    std::string bytes_after(const std::vector<std::int64_t>& stops, std::uint64_t seed = 9) {
        const auto checkpoints = folder_ / ("checkpoints" + std::to_string(++number_));
        fs::create_directories(checkpoints);
        const auto plan = world_.plan();
        for (std::size_t part = 0; part <= stops.size(); ++part) {
            const auto task = engine::make_task(data_->task(), "fpn");
            const auto model = world_.model();
            task->reset_head(*model, classes, seed);
            const auto method = world_.method(*model, "cdra", &plan);
            cdra::datasets::Preprocessing how;
            how.image_size = size;
            job::Recipe recipe;
            recipe.epochs = 2, recipe.batch_size = 8, recipe.lr = 1e-3;
            Host host;
            if (part < stops.size()) host.stop_at = stops[part];
            try {
                engine::train({*model, *method, *data_, how, recipe, seed, 1, checkpoints, part > 0, *task}, host);
            } catch (const cdra::Cancelled&) {
                continue;
            }
            cdra::job::write_adapter(folder_ / "bytes.safetensors", method->adapter());
        }
        return cdra::read_text_file(folder_ / "bytes.safetensors");
    }

    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};
    std::unique_ptr<cdra::datasets::Dataset> data_;
    std::string run_;
    int number_ = 0;
};

QTEST_GUILESS_MAIN(SegmentationRunTest)
#include "segmentation_run_test.moc"
