// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The whole road in the real window with the real worker, by keys and mouse only.
#include "core/job/adapter.h"
#include "core/job/results.h"
#include "tests/app/workbench/driver.h"
#include "tests/support/qt_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"
#include "widgets/chart_grid.h"
#include "widgets/heat_map_view.h"
#include "widgets/rank_table.h"
#include "widgets/small_multiples.h"
#include "widgets/theme.h"

#include <QLabel>
#include <QSlider>
#include <QSpinBox>
#include <QTableWidget>
#include <QTreeWidget>

using namespace cdra;
using workbench::Health;
using workbench::JobKind;
using workbench::Stage;

namespace {
constexpr int patience = 120000; // ms; a bound for a broken worker, never a measure
}

class RoadTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        test::isolate(settings_);
        widgets::apply_theme(*qApp, widgets::Appearance::light);
        test::write_tiny_vit(folder_ / "tiny.safetensors");
        test::write_tiny_images(folder_ / "images");
        job::Project project;
        project.name = "tiny road";
        project.run.device = "cpu";
        project.run.threads = 1;
        job::write_project(folder_ / "road.toml", project);
        fixture_.start();
        window_ = std::make_unique<workbench::MainWindow>();
        window_->resize(1280, 800);
        window_->show();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QVERIFY(window_->open_project(path("road.toml")));
        drive_ = std::make_unique<test::Driver>(*window_);
    }

    void emptyPagesOfferWhatIsMissing() {
        for (int page = 1; page <= 7; ++page) {
            drive_->page(page);
            QCOMPARE(int(window_->current_stage()), page - 1);
            QCOMPARE(window_->road().state(Stage(page - 1)).health, Health::empty);
            drive_->picture(QString("empty-%1").arg(page));
        }
        QString sizes; // which page is too large, if one is
        for (const Stage stage : workbench::all_stages) {
            const QSize least = window_->page(stage)->minimumSizeHint();
            sizes += QString("%1 %2×%3  ").arg(workbench::word_of(stage)).arg(least.width()).arg(least.height());
        }
        QVERIFY2(window_->minimumSizeHint().width() <= 1280, qPrintable(sizes));
        QVERIFY2(window_->minimumSizeHint().height() <= 800, qPrintable(sizes));
        drive_->page(3);
        drive_->click("empty-action-sensitivity"); // it leads to the model
        QCOMPARE(window_->current_stage(), Stage::model);
    }

    void model() {
        drive_->page(1);
        drive_->type("model-path", path("no-such-file.safetensors"));
        QTRY_COMPARE_WITH_TIMEOUT(state(Stage::model), Health::failed, patience);
        QVERIFY(window_->road().state(Stage::model).reason.contains("no-such-file"));
        drive_->type("model-path", path("tiny.safetensors"));
        QTRY_COMPARE_WITH_TIMEOUT(state(Stage::model), Health::ready, patience);
        QCOMPARE(drive_->find<QTreeWidget>("model-tree")->topLevelItem(0)->text(0), QString("patch_embed.weight"));
        QCOMPARE(drive_->find<QTreeWidget>("model-tree")->findItems("blocks.", Qt::MatchStartsWith).size(), 3);
        QVERIFY(drive_->find<QLabel>("model-backbone")->text().contains("parameters"));
        drive_->picture("1-model");
    }

    void data() {
        drive_->page(2);
        drive_->type("data-path", path("images"));
        QTRY_COMPARE_WITH_TIMEOUT(state(Stage::data), Health::ready, patience);
        const auto info = window_->road().data();
        QCOMPARE(info->dataset->classes().size(), 4u);
        QVERIFY(!info->examples.empty());
        QVERIFY(drive_->find<QTableWidget>("data-splits")->rowCount() >= 3);
        drive_->picture("2-data");
    }

    void sensitivity() {
        drive_->page(3);
        QCOMPARE(state(Stage::sensitivity), Health::empty);
        drive_->type("sensitivity-batch", "16");
        drive_->click("primary-sensitivity");
        QTRY_COMPARE_WITH_TIMEOUT(state(Stage::sensitivity), Health::running, patience);
        QTRY_VERIFY2_WITH_TIMEOUT(window_->road().plan(), notice(), patience);
        QCOMPARE(state(Stage::sensitivity), Health::ready);
        QCOMPARE(state(Stage::compact), Health::ready);
        QCOMPARE(window_->road().map()->provenance.samples.size(), 80u); // all there are, though 400 were asked for
        QVERIFY(drive_->settle());
        QVERIFY(drive_->find<widgets::HeatMapView>("sensitivity-heat-map")->image());
        drive_->picture("3-sensitivity");
    }

    void moveGamma() {
        const double before = window_->road().plan()->gamma;
        const auto tau = window_->road().plan()->tau;
        auto* slider = drive_->find<QWidget>("sensitivity-gamma")->findChild<QSlider*>("amountSlider");
        QVERIFY(slider);
        slider->setFocus();
        for (int i = 0; i < 8; ++i) QTest::keyClick(slider, Qt::Key_PageUp);
        QTRY_VERIFY_WITH_TIMEOUT(window_->road().plan()->gamma > before && !window_->road().busy(), patience);
        QVERIFY(window_->road().plan()->tau > tau);
        const auto* amount = std::get_if<compact::Gamma>(&window_->document().project().plan.options.amount);
        QVERIFY(amount);
        QCOMPARE(window_->road().plan()->gamma, amount->value);
        // One drag is one step: a single undo leads back.
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(window_->road().plan()->tau == tau && !window_->road().busy(), patience);
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(window_->road().plan()->tau > tau && !window_->road().busy(), patience);
    }

    void selectAMatrix() {
        auto* overview = drive_->find<widgets::SmallMultiples>("sensitivity-overview");
        QTest::mouseClick(overview, Qt::LeftButton, {}, overview->cellRect(10).center());
        QCOMPARE(overview->current(), 10);
        drive_->page(4);
        QVERIFY(drive_->settle());
        const auto& matrix = window_->road().plan()->matrices[10];
        QVERIFY(drive_->find<QLabel>("compact-box")->text().startsWith(QString::number(matrix.reorganised.compact_rows)));
        drive_->picture("4-compact");
    }

    void editARankAndUndo() {
        drive_->page(5);
        auto* table = drive_->find<widgets::RankTable>("ranks-table");
        const int matrix = richest();
        const std::string name = window_->road().plan()->matrices[std::size_t(matrix)].shape.name;
        const auto before = window_->road().plan()->matrices[std::size_t(matrix)].rank;
        const auto wanted = before == 1 ? 2U : 1U;
        const QModelIndex cell = table->model()->index(matrix, widgets::RankModel::rank);
        table->scrollTo(cell);
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(cell).center());
        QTest::keyClick(table, Qt::Key_F2);
        auto* editor = table->viewport()->findChild<QSpinBox*>();
        QVERIFY(editor);
        QTest::keyClick(editor, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(editor, QString::number(wanted));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(window_->road().plan()->matrices[std::size_t(matrix)].rank, wanted, patience);
        QCOMPARE(window_->document().project().plan.options.edited_ranks.at(name), wanted);
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(window_->road().plan()->matrices[std::size_t(matrix)].rank, before, patience);
        QTest::keyClick(window_.get(), Qt::Key_Y, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(window_->road().plan()->matrices[std::size_t(matrix)].rank, wanted, patience);
        drive_->choose("ranks-rank-zero", "freeze");
        QTRY_VERIFY_WITH_TIMEOUT(window_->road().plan()->options.rank_zero == compact::RankZero::freeze, patience);
        QVERIFY(drive_->settle());
        drive_->picture("5-ranks");
    }

    void trainStopResume() {
        drive_->page(6);
        drive_->type("recipe-epochs", "150");
        drive_->type("recipe-warmup-epochs", "40");
        QVERIFY(drive_->find<QSpinBox>("recipe-warmup-epochs")->suffix().contains("30")); // a fifth of them
        drive_->type("recipe-warmup-epochs", "2");
        QVERIFY(drive_->find<QSpinBox>("recipe-warmup-epochs")->suffix().isEmpty());
        drive_->type("recipe-batch-size", "16");
        drive_->type("recipe-lr", "0.005");
        QCOMPARE(window_->document().project().recipe.epochs, 150);
        QCOMPARE(window_->document().project().recipe.lr, 0.005);
        drive_->click("primary-train");
        QTRY_VERIFY2_WITH_TIMEOUT(charts()->pointCount() > 8, notice(), patience);
        QCOMPARE(state(Stage::train), Health::running);
        drive_->picture("6-train-running");
        drive_->click("train-pause");
        QTRY_COMPARE_WITH_TIMEOUT(run()->state(), job::JobState::paused, patience);
        drive_->click("train-pause"); // now it says Go on
        QTRY_COMPARE_WITH_TIMEOUT(run()->state(), job::JobState::running, patience);
        drive_->click("train-stop");
        QTRY_COMPARE_WITH_TIMEOUT(run()->state(), job::JobState::stopped, patience);
        const int points = charts()->pointCount();
        drive_->click("train-resume");
        QTRY_VERIFY2_WITH_TIMEOUT(charts()->pointCount() > points, notice(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(run()->state(), job::JobState::done, patience);
        QVERIFY(run()->log().join('\n').contains("resumed from step"));
        QCOMPARE(state(Stage::train), Health::ready);
        QVERIFY(drive_->settle());
        drive_->picture("6-train");
    }

    void resultsAndExport() {
        drive_->page(7);
        QVERIFY(drive_->settle());
        auto* numbers = drive_->find<QTableWidget>("results-numbers");
        QTRY_VERIFY_WITH_TIMEOUT(numbers->rowCount() > 8, patience);
        drive_->picture("7-results");
        drive_->click("primary-results");
        drive_->type("export-folder", path("out"));
        for (const char* what : {"figures", "curves", "results", "adapter", "merged"}) {
            drive_->find<QLabel>("export-outcome")->clear();
            drive_->click((std::string("export-") + what).c_str());
            QTRY_VERIFY2_WITH_TIMEOUT(outcome().contains("written"), qPrintable(outcome()), patience);
            QVERIFY2(!outcome().contains("not written"), qPrintable(outcome()));
        }
        drive_->picture("7-export");

        for (const char* figure : {"figure2", "figure4", "figure5"})
            for (const char* ending : {".png", ".svg", ".pdf", ".csv"})
                QVERIFY2(QFileInfo(path("out/") + figure + ending).size() > 100, figure);
        QVERIFY(!QImage(path("out/figure5.png")).isNull());
        QVERIFY(QFileInfo(path("out/loss.pdf")).size() > 100);
        QVERIFY(QFileInfo(path("out/model.safetensors")).size() > 10000);

        const job::Adapter adapter = job::read_adapter(folder_ / "out/adapter.safetensors");
        const auto plan = window_->road().plan();
        std::size_t low_rank = 0;
        for (const auto& matrix : plan->matrices) low_rank += matrix.treatment == compact::Treatment::low_rank;
        QVERIFY(low_rank > 0);
        QCOMPARE(adapter.low_rank.size(), low_rank);
        const auto& edited = *plan->options.edited_ranks.begin();
        QCOMPARE(adapter.low_rank.at(edited.first).rank, std::int64_t(edited.second)); // the rank typed by hand

        const job::Results results = job::read_results(folder_ / "out/results.h5");
        QVERIFY(results.history.epoch.size() >= 150);
        QVERIFY(results.predictions);
        QCOMPARE(results.predictions->labels.size(), 40u);
        QVERIFY2(results.summary.at("test/accuracy") > 0.35, "a random ViT learns more than one in four");
    }

    void staleAfterAChange() {
        drive_->page(2);
        drive_->type("data-train", "40");
        QTRY_COMPARE_WITH_TIMEOUT(state(Stage::sensitivity), Health::stale, patience);
        QCOMPARE(state(Stage::ranks), Health::stale);
        QCOMPARE(state(Stage::train), Health::stale);
        QVERIFY(!window_->road().state(Stage::sensitivity).reason.isEmpty());
        drive_->page(3);
        QVERIFY(drive_->find<QWidget>("banner-sensitivity")->isVisible());
        QVERIFY(drive_->settle());
        drive_->picture("3-sensitivity-stale");
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(state(Stage::sensitivity), Health::ready, patience);
    }

    void darkAndSaved() {
        widgets::apply_theme(*qApp, widgets::Appearance::dark);
        for (int page = 1; page <= 7; ++page) {
            drive_->page(page);
            QVERIFY(drive_->settle());
            drive_->picture(QString("dark-%1").arg(page));
        }
        QCOMPARE(window_->size(), QSize(1280, 800)); // no text or number made it grow
        widgets::apply_theme(*qApp, widgets::Appearance::light);
        QTest::keyClick(window_.get(), Qt::Key_S, Qt::ControlModifier);
        QVERIFY(!window_->document().modified());
        const job::Project saved = job::read_project(folder_ / "road.toml");
        QCOMPARE(job::to_toml(saved), job::to_toml(window_->document().project()));
    }

    void cleanupTestCase() {
        window_->close();
        drive_.reset();
        window_.reset();
        QCOMPARE(fixture_.finish(), QStringList());
    }

  private:
    QString path(const char* name) const { return QString::fromStdString((folder_ / name).string()); }
    Health state(Stage stage) const { return window_->road().state(stage).health; }
    workbench::JobClient* run() const { return window_->hub().newest(JobKind::train); }
    widgets::ChartGrid* charts() const { return drive_->find<widgets::ChartGrid>("train-charts"); }
    QString outcome() const { return drive_->find<QLabel>("export-outcome")->text(); }
    const char* notice() const {
        static QByteArray text;
        text = drive_->find<QLabel>("notice-text")->text().toUtf8();
        return text.constData();
    }
    // The matrix with the largest box.
    int richest() const {
        const auto& matrices = window_->road().plan()->matrices;
        const auto cells = [](const auto& m) { return m.box.rows.size() * m.box.columns.size(); };
        return int(std::max_element(matrices.begin(), matrices.end(), [&](const auto& a, const auto& b) { return cells(a) < cells(b); }) - matrices.begin());
    }

    QTemporaryDir settings_;
    test::TemporaryFolder folder_;
    test::QtFixture fixture_;
    std::unique_ptr<workbench::MainWindow> window_;
    std::unique_ptr<test::Driver> drive_;
};

QTEST_MAIN(RoadTest)
#include "road_test.moc"
