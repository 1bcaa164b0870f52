// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The loop on a tiny model: it learns, stops at once, goes on where it stopped to the very bytes, and fails well.
#include "tests/core/engine/engine_world.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/engine/training/run_setup.h"
#include "core/engine/training/trainer.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <functional>
#include <limits>

namespace engine = cdra::engine;
namespace fs = std::filesystem;
using torch::Tensor;

namespace {

class Host final : public engine::TrainingHost {
  public:
    std::function<bool(std::int64_t)> step = [](std::int64_t) { return false; };
    std::vector<decltype(cdra::job::Event::what)> events;
    std::vector<std::string> lines;
    std::stop_source source;
    std::int64_t resumed_from = -1;

    std::stop_token stop() const override { return source.get_token(); }
    cdra::ProgressSink& progress() override { return quiet_; }
    void write(decltype(cdra::job::Event::what) event) override { events.push_back(std::move(event)); }
    void log(const std::string&, const std::string& message) override { lines.push_back(message); }
    bool at_step(std::int64_t done) override { return step(done); }
    void resumed(std::int64_t done) override { resumed_from = done; }

    std::vector<cdra::job::CheckpointEvent> checkpoints() const {
        std::vector<cdra::job::CheckpointEvent> result;
        for (const auto& event : events)
            if (const auto* one = std::get_if<cdra::job::CheckpointEvent>(&event)) result.push_back(*one);
        return result;
    }

  private:
    cdra::NullProgress quiet_;
};

} // namespace

class TrainingRunTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        at::set_num_threads(1);
        engine::make_deterministic();
        cdra::test::write_tiny_images(folder_ / "images");
        data_ = cdra::datasets::open_dataset((folder_ / "images").string());
    }

    void init() { checkpoints_ = folder_ / ("checkpoints" + std::to_string(++number_)); fs::create_directories(checkpoints_); }

    void learns_and_keeps_the_best_checkpoint() {
        Host host;
        auto run = prepare("full", 40); // random features: there is nothing for a small change to build on
        run.setup.recipe.lr = 1e-3;
        const auto state = engine::train(run.setup, host);
        QCOMPARE(state.epoch, 40);
        QCOMPARE(state.history.epoch.size(), std::size_t{40});
        QVERIFY2(state.history.train_loss.back() < 0.7 * state.history.train_loss.front(),
                 qPrintable(QStringLiteral("the loss falls from %1 to %2 only")
                                .arg(state.history.train_loss.front())
                                .arg(state.history.train_loss.back())));
        QVERIFY(state.best.score > 0.5); // of four classes
        QCOMPARE(state.best.score, *std::max_element(state.history.val_accuracy.begin(), state.history.val_accuracy.end()));
        // Ties: the earlier epoch.
        const auto first = std::find(state.history.val_accuracy.begin(), state.history.val_accuracy.end(), state.best.score);
        QCOMPARE(state.best.epoch, static_cast<int>(first - state.history.val_accuracy.begin()) + 1);
        auto steps = engine::checkpoint_steps(checkpoints_);
        QVERIFY(steps.size() <= 3 && steps.front() == state.step);
        QVERIFY(std::find(steps.begin(), steps.end(), state.best.step) != steps.end());
        // What the method holds now is the best checkpoint, not the last.
        const auto held = engine::float_values(run.method->trainables().front().value);
        engine::load_trainables(engine::checkpoint_path(checkpoints_, state.best.step), run.method->trainables());
        QVERIFY(held == engine::float_values(run.method->trainables().front().value));
    }

    void resumes_to_the_same_bytes_data() {
        QTest::addColumn<QString>("method");
        for (const char* word : {"cdra", "lora", "linear", "full", "partial", "mlp3", "vpt-shallow", "vpt-deep", "adapter", "noah"})
            QTest::newRow(word) << word;
    }
    void resumes_to_the_same_bytes() {
        QFETCH(QString, method);
        const auto word = method.toStdString();
        Host whole;
        auto reference = prepare(word, 4);
        engine::train(reference.setup, whole);
        const auto want = bytes(*reference.method);

        // Stopped in the middle of an epoch, then again at another, each time by a new process's worth of objects.
        init();
        for (const std::int64_t moment : {3, 7}) {
            Host host;
            host.step = [&](std::int64_t step) {
                if (step == moment) host.source.request_stop();
                return false;
            };
            auto run = prepare(word, 4);
            run.setup.resume = moment > 3;
            QVERIFY_EXCEPTION_THROWN(engine::train(run.setup, host), cdra::Cancelled);
            QCOMPARE(host.checkpoints().back().step, moment); // it stopped at that very step, and saved it
            if (run.setup.resume) QCOMPARE(host.resumed_from, 3);
        }
        Host host;
        auto run = prepare(word, 4);
        run.setup.resume = true;
        const auto state = engine::train(run.setup, host);
        QCOMPARE(host.resumed_from, 7);
        QVERIFY(std::find(host.lines.begin(), host.lines.end(), "resumed from step 7") != host.lines.end());
        QCOMPARE(state.history.epoch.size(), std::size_t{4});
        QVERIFY(bytes(*run.method) == want);
    }

    void a_damaged_checkpoint_is_passed_over() {
        Host first;
        auto run = prepare("cdra", 2);
        run.setup.recipe.checkpoint_every = 1;
        const auto state = engine::train(run.setup, first);
        cdra::write_file_atomically(engine::checkpoint_path(checkpoints_, state.step), "not a checkpoint, but as long as a header");
        Host host;
        auto again = prepare("cdra", 2);
        again.setup.resume = true;
        engine::train(again.setup, host);
        QCOMPARE(host.resumed_from, state.step - 1);
    }

    void a_checkpoint_is_written_on_request() {
        Host host;
        host.step = [](std::int64_t step) { return step == 2; };
        auto run = prepare("linear", 1);
        engine::train(run.setup, host);
        QCOMPARE(host.checkpoints().front().step, 2);
    }

    void accumulation_equals_a_larger_batch() {
        auto large = prepare("cdra", 1), small = prepare("cdra", 1);
        for (auto* run : {&large, &small}) run->setup.recipe.drop_path = 0;
        large.setup.recipe.batch_size = 32;
        small.setup.recipe.batch_size = 8;
        small.setup.recipe.accumulate = 4;
        Host host;
        QCOMPARE(engine::train(large.setup, host).step, 3); // 80 images
        init();
        small.setup.checkpoints = checkpoints_;
        QCOMPARE(engine::train(small.setup, host).step, 3);
        const auto a = large.method->trainables(), b = small.method->trainables();
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (!a[i].name.starts_with("head.weight") && !a[i].name.ends_with(".A")) continue;
            const auto problem = cdra::test::difference(engine::float_values(b[i].value), engine::float_values(a[i].value), 2e-3);
            QVERIFY2(problem.empty(), (a[i].name + ": " + problem).c_str());
        }
    }

    void a_loss_that_is_not_finite_ends_with_advice() {
        Host host;
        auto run = prepare("cdra", 3);
        auto weight = run.method->trainables().front().value;
        host.step = [&](std::int64_t step) {
            const torch::NoGradGuard no_grad;
            if (step == 7) weight.fill_(std::numeric_limits<float>::quiet_NaN()); // after the first epoch's checkpoint
            return step == 7;                                                     // even if one asks for a checkpoint then
        };
        try {
            engine::train(run.setup, host);
            QFAIL("trained on");
        } catch (const cdra::Error& error) {
            QVERIFY2(QString(error.what()).contains("not finite"), error.what());
        }
        QCOMPARE(engine::checkpoint_steps(checkpoints_), std::vector<std::int64_t>{5});
        host.step = [&](std::int64_t step) {
            const torch::NoGradGuard no_grad;
            if (step == 6) weight.fill_(std::numeric_limits<float>::infinity());
            return false;
        };
        auto again = prepare("cdra", 3);
        again.setup.resume = true;
        weight = again.method->trainables().front().value;
        try {
            engine::train(again.setup, host);
            QFAIL("trained on");
        } catch (const cdra::Error& error) {
            QVERIFY2(QString(error.what()).contains("lower --lr") && QString(error.what()).contains("step 5"), error.what());
        }
    }

    void the_protocol_decides_the_splits() {
        cdra::job::Recipe recipe;
        auto roles = engine::split_roles(*data_, recipe);
        QCOMPARE(roles.train + "/" + roles.select + "/" + roles.report, std::string("train/val/test"));
        recipe.final_training = true;
        roles = engine::split_roles(*data_, recipe);
        QCOMPARE(roles.train + "/" + roles.select + "/" + roles.report, std::string("trainval//test"));
        recipe.final_training = false, recipe.protocol = "published";
        roles = engine::split_roles(*data_, recipe);
        QCOMPARE(roles.train + "/" + roles.select + "/" + roles.report, std::string("trainval/test/test"));
    }

    void bf16_on_the_cpu_is_refused() {
        Host host;
        auto run = prepare("cdra", 1);
        run.setup.recipe.precision = "bf16";
        QVERIFY_EXCEPTION_THROWN(engine::train(run.setup, host), cdra::InputError);
    }

  private:
    struct Run {
        std::unique_ptr<engine::Vit> model;
        std::unique_ptr<engine::Method> method;
        engine::TrainingSetup setup;
    };
    Run prepare(const std::string& word, int epochs) {
        auto model = world_.model();
        auto method = world_.method(*model, word, &plan_);
        cdra::datasets::Preprocessing how;
        how.image_size = cdra::test::TinyVit{}.image_size;
        cdra::job::Recipe recipe;
        recipe.epochs = epochs;
        recipe.batch_size = 16; // 80 training images: 5 steps an epoch
        recipe.lr = 5e-3;
        auto& model_ref = *model;
        auto& method_ref = *method;
        return {std::move(model), std::move(method), {model_ref, method_ref, *data_, how, recipe, 9, 1, checkpoints_}};
    }
    std::string bytes(const engine::Method& method) {
        cdra::job::write_adapter(folder_ / "bytes.safetensors", method.adapter());
        return cdra::read_text_file(folder_ / "bytes.safetensors");
    }

    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};
    cdra::compact::CompactPlan plan_ = world_.plan();
    std::unique_ptr<cdra::datasets::Dataset> data_;
    fs::path checkpoints_;
    int number_ = 0;
};

QTEST_GUILESS_MAIN(TrainingRunTest)
#include "training_run_test.moc"
