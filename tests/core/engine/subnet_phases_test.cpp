// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// NOAH's phases on a tiny model: whatever interrupts them, the subnet found and the values it starts from are the same.
#include "tests/core/engine/engine_world.h"

#include "core/base/error.h"
#include "core/engine/training/subnet_phases.h"
#include "core/methods/noah.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <functional>
#include <set>

namespace engine = cdra::engine;
namespace fs = std::filesystem;

namespace {

class Host final : public engine::TrainingHost, public cdra::ProgressSink {
  public:
    std::int64_t stop_at_step = -1, stop_in_search_at = -1;
    std::set<std::string> stages;
    std::vector<std::int64_t> metric_steps;
    std::int64_t searched = 0;
    std::stop_source source;

    std::stop_token stop() const override { return source.get_token(); }
    cdra::ProgressSink& progress() override { return *this; }
    void report(const cdra::Progress& progress) override {
        stages.insert(progress.stage);
        if (progress.stage != "search") return;
        searched = progress.done;
        if (progress.done == stop_in_search_at) source.request_stop();
    }
    void write(decltype(cdra::job::Event::what) event) override {
        if (const auto* metric = std::get_if<cdra::job::MetricEvent>(&event)) metric_steps.push_back(metric->step);
    }
    void log(const std::string&, const std::string&) override {}
    bool at_step(std::int64_t step) override {
        if (step == stop_at_step) source.request_stop();
        return false;
    }
    void resumed(std::int64_t) override {}
};

} // namespace

class SubnetPhasesTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        at::set_num_threads(1);
        cdra::test::write_tiny_images(folder_ / "images");
        data_ = cdra::datasets::open_dataset((folder_ / "images").string());
    }

    void an_interrupted_search_finds_the_same() {
        Host whole;
        auto reference = set_up("whole");
        const auto steps = engine::find_subnet(reference, paths("whole"), *data_, whole, false);
        QCOMPARE(steps, 2 * 2); // 80 images, batches of 40, two epochs
        QVERIFY(whole.stages.contains("supernet") && whole.stages.contains("search"));
        const auto found = cdra::methods::given_subnet(reference.model->spec(), reference.options);
        QVERIFY(found.has_value());
        QVERIFY(cdra::methods::published_parameters(*found, reference.model->spec().dim) <= 12'000);
        // In the project too: what evaluates or resumes the run makes this very subnet.
        const auto kept = cdra::job::read_project(paths("whole").project);
        QCOMPARE(kept.method_options.at("lora-widths"), reference.options.at("lora-widths"));

        Host in_supernet;
        in_supernet.stop_at_step = 3;
        auto run = set_up("cut");
        QVERIFY_EXCEPTION_THROWN(engine::find_subnet(run, paths("cut"), *data_, in_supernet, false), cdra::Cancelled);
        Host in_search;
        in_search.stop_in_search_at = 5;
        run = set_up("cut");
        QVERIFY_EXCEPTION_THROWN(engine::find_subnet(run, paths("cut"), *data_, in_search, true), cdra::Cancelled);
        QVERIFY(in_search.searched == 5);
        QVERIFY(fs::exists(paths("cut").checkpoints / "search.json"));
        Host last;
        run = set_up("cut");
        QCOMPARE(engine::find_subnet(run, paths("cut"), *data_, last, true), steps);
        QVERIFY(cdra::methods::given_subnet(run.model->spec(), run.options) == found);
        compare(run, reference);

        // Opened again, nothing is searched, and the steps that went before are known.
        Host idle;
        run = set_up("cut");
        QCOMPARE(engine::find_subnet(run, paths("cut"), *data_, idle, true), steps);
        QVERIFY(idle.stages.empty());
        compare(run, reference);
    }

    void a_phase_counts_on() {
        Host inner;
        engine::PhaseHost phase(inner, 10);
        phase.write(cdra::job::MetricEvent{3, 1, "train", "loss", 1});
        QCOMPARE(inner.metric_steps, std::vector<std::int64_t>{13});
        inner.stop_at_step = 14;
        phase.at_step(4);
        QVERIFY(phase.stop().stop_requested());
    }

  private:
    cdra::job::JobPaths paths(const char* name) const { return cdra::job::JobPaths(folder_ / name); }

    engine::RunSetup set_up(const char* name) {
        const auto where = paths(name);
        if (!fs::exists(where.project)) {
            fs::create_directories(where.checkpoints);
            cdra::job::Project project;
            project.model.path = world_.file.string();
            project.data.spec = (folder_ / "images").string();
            project.data.image_size = cdra::test::TinyVit{}.image_size;
            project.method = "noah";
            project.method_options = {{"supernet-epochs", "2"}, {"population", "6"}, {"generations", "2"}, {"parents", "3"},
                                      {"mutants", "2"}, {"crossovers", "2"}, {"parameter-limit", "12000"}};
            project.recipe.batch_size = 40;
            project.run.device = "cpu";
            project.run.threads = 1;
            cdra::job::write_project(where.project, project);
        }
        cdra::NullProgress quiet;
        return engine::set_up(where, cdra::job::read_project(where.project), *data_, quiet, {});
    }

    static void compare(engine::RunSetup& got, engine::RunSetup& want) {
        const auto left = got.method->trainables(), right = want.method->trainables();
        QCOMPARE(left.size(), right.size());
        std::int64_t own = 0;
        for (std::size_t i = 0; i < left.size(); ++i) {
            QCOMPARE(left[i].name, right[i].name);
            QVERIFY2(torch::equal(left[i].value, right[i].value), left[i].name.c_str());
            if (!left[i].name.starts_with("head.")) own += left[i].value.numel();
        }
        QCOMPARE(own, cdra::methods::find_method("noah").count(want.model->spec(), want.options, nullptr).total());
    }

    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};
    std::unique_ptr<cdra::datasets::Dataset> data_;
};

QTEST_GUILESS_MAIN(SubnetPhasesTest)
#include "subnet_phases_test.moc"
