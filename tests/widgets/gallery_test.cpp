// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Every part painted with real content in both themes: no warning, and more on it than a background. With
// CDRA_GALLERY=FOLDER in the environment the pictures are saved there for people to look at.
#include "tests/support/qt_fixture.h"
#include "tests/widgets/sample_plan.h"
#include "widgets/budget_bar.h"
#include "widgets/chart_grid.h"
#include "widgets/compact_view.h"
#include "widgets/confusion_matrix.h"
#include "widgets/distribution_view.h"
#include "widgets/empty_state.h"
#include "widgets/figure.h"
#include "widgets/gamma_slider.h"
#include "widgets/heat_map_view.h"
#include "widgets/histogram.h"
#include "widgets/inspector.h"
#include "widgets/job_bar.h"
#include "widgets/live_chart.h"
#include "widgets/log_pane.h"
#include "widgets/profile_view.h"
#include "widgets/rank_table.h"
#include "widgets/run_list.h"
#include "widgets/small_multiples.h"
#include "widgets/stage_rail.h"
#include "widgets/theme.h"
#include "widgets/thumbnail_grid.h"

#include <QDir>
#include <QTest>
#include <set>

using namespace cdra;
using namespace cdra::widgets;

class GalleryTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        map_ = test::sample_map(12, 96);
        plan_ = test::sample_plan(*map_, 0.02);
    }
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void everyPart_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void everyPart() {
        QFETCH(bool, dark);
        apply_theme(*qApp, dark ? Appearance::dark : Appearance::light);
        theme_ = dark ? "dark" : "light";
        const auto values = [&](int i) {
            return map_->matrices[std::size_t(i)].values.shared();
        };

        HeatMapView heat;
        HeatMapSource source;
        source.out = 384;
        source.in = 96;
        source.values = values(10);
        source.mask = std::shared_ptr<const std::vector<std::uint32_t>>(plan_, &plan_->matrices[10].mask);
        heat.setTitle("blocks.1.mlp.fc1");
        heat.setSource(source);
        QTRY_VERIFY(heat.image());
        heat.setColourMap(ColourMap::viridis);
        look(heat, "heat_map", {720, 420});
        CompactView compact;
        compact.setMatrix(plan_, 13, values(13));
        QTRY_VERIFY(compact.heatMap()->image());
        look(compact, "compact", {640, 520});
        SmallMultiples multiples;
        multiples.setPlan(*plan_, Quantity::density);
        multiples.setCurrent(22);
        look(multiples, "small_multiples", {300, 400});
        SmallMultiples many;
        const auto deep = test::sample_plan(*test::sample_map(40, 12), 0.05);
        many.setPlan(*deep, Quantity::sensitive);
        look(many, "small_multiples_40", {300, 420});
        ProfileView profile;
        profile.setProfile(sensitivity::profile(plan_->matrices[10].shape, plan_->matrices[10].mask));
        look(profile, "profile", {340, 320});
        profile.setSorted(true);
        look(profile, "profile_wide", {760, 220});
        DistributionView distribution;
        distribution.setPlan(*plan_);
        distribution.setCurrent(20);
        look(distribution, "distribution", {640, 260});
        GammaSlider slider;
        slider.setOutcome(*plan_);
        look(slider, "gamma_slider", {820, 40});
        RankTable table;
        table.setPlan(plan_);
        table.setCurrent(3);
        look(table, "rank_table", {720, 300});
        BudgetBar bar;
        bar.setPlan(*plan_);
        bar.setBudget(2.4);
        look(bar, "budget_kind", {720, 72});
        bar.setGrouping(BudgetBar::Grouping::block);
        bar.setBudget(1);
        look(bar, "budget_block", {720, 72});
        ChartGrid charts;
        for (int step = 0; step < 400; ++step) {
            const double epoch = step / 16.0;
            const double noise = 0.08 * test::gaussian(3, std::uint64_t(step));
            charts.append({step, epoch, "train", "loss", 0.4 + 1.9 * std::exp(-epoch / 4) + noise});
            charts.append({step, epoch, "train", "lr",
                           1e-3 * std::min(1.0, epoch / 5) * (0.5 + 0.5 * std::cos(epoch / 25 * 3.14))});
            charts.append({step, epoch, "train", "images_per_second", 122 + 40 * noise});
            charts.append({step, epoch, "train", "memory_mib", 1450 + 0.1 * step});
            if (step % 16 == 15) {
                charts.append({step, epoch, "train", "accuracy", 0.88 - 0.7 * std::exp(-epoch / 4)});
                charts.append(
                    {step, epoch, "val", "accuracy", 0.81 - 0.65 * std::exp(-epoch / 4) + noise / 8});
                charts.append({step, epoch, "val", "loss", 0.55 + 1.7 * std::exp(-epoch / 4) + noise / 3});
            }
        }
        charts.setSmoothing(0.9);
        for (LiveChart* chart : charts.findChildren<LiveChart*>())
            chart->flush();
        look(charts, "charts", {960, 560});
        charts.setLogarithmicLoss(true);
        look(charts, "charts_log", {960, 560});
        RunList runs;
        runs.runModel()->setRuns(
            {{"a", "cdra-fashion-1", "cdra", RunState::done, 25, 25, 0.8214, "test", 108960, {}},
             {"b", "linear-1e-2", "linear", RunState::failed, 3, 25, std::nullopt, "", 7690, {}},
             {"c", "cdra-fashion-3", "cdra", RunState::running, 12, 25, 0.806, "val", 108960, {}}});
        runs.selectRow(0);
        look(runs, "runs", {680, 180});
        LogPane log;
        for (int i = 0; i < 12; ++i)
            log.append(i == 7    ? "warning"
                       : i == 10 ? "error"
                                 : "info",
                       QString("epoch %1: loss %2").arg(i).arg(2.0 / (i + 1)), 1.7e9 + 60 * i);
        look(log, "log", {640, 220});
        JobBar job;
        job.setStatus({"cdra-fashion-3",
                       "cdra train project.toml",
                       JobStatus::State::running,
                       "training",
                       "epoch 12/25",
                       12,
                       25,
                       180,
                       "loss 0.41   accuracy 80.6 %",
                       {},
                       true});
        look(job, "job_running", {1100, 44});
        job.setStatus({"cdra-fashion-3",
                       "cdra train project.toml",
                       JobStatus::State::failed,
                       "training",
                       "epoch 12/25",
                       12,
                       25,
                       {},
                       {},
                       "loss is not a number at step 190; lower the learning rate and resume",
                       true});
        look(job, "job_failed", {1100, 44});
        StageRail rail({"Model", "Data", "Sensitivity", "Compact", "Ranks", "Train", "Results"});
        rail.setState(0, StageState::ready);
        rail.setState(1, StageState::ready);
        rail.setState(2, StageState::stale, "the data changed");
        rail.setState(3, StageState::running);
        rail.setState(4, StageState::failed);
        rail.setCurrent(2);
        look(rail, "rail", {rail.sizeHint().width(), 380});
        Inspector inspector;
        inspector.setMatrix(*plan_, 10);
        inspector.setNotes("The density is the share of sensitive weights inside the compact box.");
        look(inspector, "inspector", {256, 420});
        EmptyState empty("No sensitivity map yet",
                         "It needs a model and a data set; 400 images take about two minutes here.",
                         "Compute sensitivity");
        look(empty, "empty", {560, 280});
        std::vector<Thumbnail> images;
        for (int i = 0; i < 9; ++i) {
            QImage image(28, 28, QImage::Format_RGB32);
            for (int y = 0; y < 28; ++y)
                for (int x = 0; x < 28; ++x)
                    image.setPixel(x, y, qRgb(9 * x, 9 * y, 28 * i));
            images.push_back({image, i % 2 ? "ankle boot" : "T-shirt/top", {}, i == 3 ? -1 : i == 4 ? 1 : 0});
        }
        ThumbnailGrid thumbnails;
        thumbnails.setThumbnails(images);
        look(thumbnails, "thumbnails", {500, 230});
        const QStringList classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                     "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
        Histogram histogram;
        histogram.setCounts(classes,
                            {{"training", {80, 82, 79, 77, 85, 81, 78, 80, 79, 79}},
                             {"validation", {20, 19, 22, 20, 18, 21, 20, 20, 19, 21}}},
                            "images");
        look(histogram, "histogram", {760, 220});
        look(histogram, "histogram_small", {300, 200});
        std::vector<std::int32_t> labels, predicted;
        for (int i = 0; i < 4000; ++i) {
            labels.push_back(i % 10);
            predicted.push_back(i % 7 ? i % 10 : (i % 10 + i / 7) % 10);
        }
        ConfusionMatrix confusion;
        confusion.setPredictions(classes, labels, predicted);
        look(confusion, "confusion", {480, 440});
        // Print does not follow the theme.
        const figures::Figure second = figures::figure2(*plan_, figures::default_figure2_matrix(*plan_));
        keep(figures::render(second, 200), "figure2");
        keep(figures::render(figures::figure4(*plan_, figures::default_figure4_matrices(*plan_)), 200),
             "figure4");
        keep(figures::render(figures::figure5(*plan_), 200), "figure5");
    }

  private:
    void look(QWidget& widget, const QString& name, QSize size) {
        widget.resize(size);
        widget.show();
        QTest::qWait(20);
        const QImage image = widget.grab().toImage();
        widget.hide();
        keep(image, name);
    }
    void keep(const QImage& image, const QString& name) {
        std::set<QRgb> colours;
        for (int y = 0; y < image.height(); y += 2)
            for (int x = 0; x < image.width(); ++x)
                colours.insert(image.pixel(x, y));
        QVERIFY2(colours.size() > 12, qPrintable(name + " looks empty"));
        const QString folder = qEnvironmentVariable("CDRA_GALLERY");
        if (!folder.isEmpty())
            QVERIFY(QDir().mkpath(folder) && image.save(folder + "/" + name + "_" + theme_ + ".png"));
    }

    test::QtFixture fixture_;
    QString theme_;
    std::shared_ptr<const sensitivity::SensitivityMap> map_;
    std::shared_ptr<const compact::CompactPlan> plan_;
};

QTEST_MAIN(GalleryTest)
#include "gallery_test.moc"
