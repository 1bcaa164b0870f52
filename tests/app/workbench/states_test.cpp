// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The state of every stop follows from the project and what is there; no worker needed.
#include "app/workbench/road.h"
#include "core/sensitivity/map.h"
#include "tests/app/workbench/driver.h"
#include "tests/support/qt_fixture.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

using namespace cdra;
using workbench::Health;
using workbench::ProjectDocument;
using workbench::Road;
using workbench::Stage;

namespace {
constexpr int patience = 120000; // ms
}

class StatesTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        test::isolate(settings_);
        test::write_tiny_vit(folder_ / "tiny.safetensors");
        test::write_tiny_vit(folder_ / "other.safetensors", {3, 64, 128, 8, 32, 99});
        test::write_tiny_images(folder_ / "images");
    }
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void followTheProject() {
        ProjectDocument document;
        workbench::JobHub hub;
        Road road(document, hub);
        for (const Stage stage : workbench::all_stages) QCOMPARE(road.state(stage).health, Health::empty);
        const auto set = [&](auto change) { document.edit("set", {}, change); };
        set([&](job::Project& p) {
            p.model.path = (folder_ / "tiny.safetensors").string();
            p.data.spec = (folder_ / "images").string();
        });
        QCOMPARE(road.state(Stage::model).health, Health::running);
        QTRY_COMPARE_WITH_TIMEOUT(road.state(Stage::model).health, Health::ready, patience);
        QTRY_COMPARE_WITH_TIMEOUT(road.state(Stage::data).health, Health::ready, patience);
        QCOMPARE(road.state(Stage::sensitivity).health, Health::empty);

        // A map as the worker would have left it for just this project.
        auto map = test::synthetic_map({3, 64, 128, 7, 0});
        map.provenance.model_sha256 = road.model()->sha256;
        map.provenance.dataset_fingerprint = road.data()->fingerprint;
        map.provenance.estimator = "per-sample";
        map.provenance.pooling = "cls";
        map.provenance.seed = 0;
        map.provenance.image_size = 32;
        map.provenance.samples.resize(80);
        sensitivity::write_map(folder_ / "s.h5", map);
        set([&](job::Project& p) { p.sensitivity.map = (folder_ / "s.h5").string(); });
        QTRY_COMPARE_WITH_TIMEOUT(road.state(Stage::ranks).health, Health::ready, patience);
        QCOMPARE(road.state(Stage::sensitivity).health, Health::ready);

        const auto makes_stale = [&](const char* what, auto change) {
            set(change);
            QTRY_VERIFY2_WITH_TIMEOUT(road.state(Stage::sensitivity).health == Health::stale, what, patience);
            QVERIFY2(!road.state(Stage::sensitivity).reason.isEmpty(), what);
            QVERIFY2(road.state(Stage::compact).health == Health::stale, what);
            QVERIFY2(road.state(Stage::ranks).health == Health::stale, what);
            document.undo_stack().undo();
            QTRY_VERIFY2_WITH_TIMEOUT(road.state(Stage::ranks).health == Health::ready, what, patience);
        };
        makes_stale("estimator", [](job::Project& p) { p.sensitivity.estimator = "batch"; });
        makes_stale("seed", [](job::Project& p) { p.sensitivity.seed = 4; });
        makes_stale("image size", [](job::Project& p) { p.data.image_size = 48; });
        makes_stale("samples", [](job::Project& p) { p.sensitivity.samples = 16; });
        makes_stale("pooling", [](job::Project& p) { p.model.pooling = checkpoint::Pooling::mean; });
        makes_stale("model", [this](job::Project& p) { p.model.path = (folder_ / "other.safetensors").string(); });
        makes_stale("data", [](job::Project& p) { p.data.spec += "?train=40"; });
    }

    void plansFollowEveryEdit() {
        auto map = test::synthetic_map({2, 32, 64, 3, 0});
        sensitivity::write_map(folder_ / "p.h5", map);
        ProjectDocument document;
        workbench::JobHub hub;
        Road road(document, hub);
        document.edit("map", {}, [&](job::Project& p) { p.sensitivity.map = (folder_ / "p.h5").string(); });
        QTRY_VERIFY_WITH_TIMEOUT(road.plan(), patience);
        const auto first = road.plan();
        // Many wishes in a row, as a drag makes them: the last one is what comes out.
        for (int i = 1; i <= 50; ++i)
            document.edit("share", "amount", [i](job::Project& p) { p.plan.options.amount = compact::Gamma{0.002 * i}; });
        QTRY_VERIFY_WITH_TIMEOUT(road.plan()->gamma == 0.1 && !road.busy(), patience);
        NullProgress progress;
        const auto again = compact::make_plan(*road.map(), document.project().plan.options, progress);
        QCOMPARE(road.plan()->tau, again.tau);
        for (std::size_t i = 0; i < again.matrices.size(); ++i) {
            QVERIFY(road.plan()->matrices[i].mask == again.matrices[i].mask);
            QCOMPARE(road.plan()->matrices[i].rank, again.matrices[i].rank);
        }
        // A rank edit keeps the masks and equals a plan made from nothing.
        document.edit("rank", {}, [](job::Project& p) { p.plan.options.edited_ranks["blocks.1.mlp.fc1"] = 1; });
        QTRY_VERIFY_WITH_TIMEOUT(!road.busy() && road.plan()->options.edited_ranks.size() == 1, patience);
        const auto edited = compact::make_plan(*road.map(), document.project().plan.options, progress);
        QCOMPARE(road.plan()->trainable_parameters(), edited.trainable_parameters());
        QVERIFY(edited.trainable_parameters() != again.trainable_parameters());
        QVERIFY(first->tau < again.tau);
    }

    void damagedFilesAreNamed() {
        std::ofstream(folder_ / "broken.h5") << "not a map";
        ProjectDocument document;
        workbench::JobHub hub;
        Road road(document, hub);
        document.edit("map", {}, [&](job::Project& p) { p.sensitivity.map = (folder_ / "broken.h5").string(); });
        QTRY_COMPARE_WITH_TIMEOUT(road.state(Stage::sensitivity).health, Health::failed, patience);
        QVERIFY(road.state(Stage::sensitivity).reason.contains("broken.h5"));
        QVERIFY(!road.plan());
    }

  private:
    QTemporaryDir settings_;
    test::TemporaryFolder folder_;
    test::QtFixture fixture_;
};

QTEST_MAIN(StatesTest)
#include "states_test.moc"
