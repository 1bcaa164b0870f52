// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// How quickly the desktop app answers, with two processes that use both cores beside it: with a map of ViT-B/16's size (84.9 M
// weights, 340 MB) open, dragging γ; a run of the real worker followed and exported; and a heat map of 4096 × 4096 at 1920 × 1080,
// QCustomPlot's colour map beside it where it is installed. Times of the event loop are thread CPU time of its handlers, so that a
// busy machine does not count; the rest is wall time, and says so. Exit code 1 where a limit is missed.
//   desktop_benchmark [--no-load] [--results FILE] [PHASE…]     phases: start plan app run heatmap
// --results: the row "heat-map" of run.sh's table (tests/benchmarks/results/desktop.json).
#include "app/workbench/headless.h"
#include "app/workbench/job_client.h"
#include "app/workbench/main_window.h"
#include "core/base/atomic_file.h"
#include "core/compact/replanner.h"
#include "core/sensitivity/map.h"
#include "tests/benchmarks/desktop_timing.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"
#include "widgets/gamma_curves.h"
#include "widgets/heat_map_view.h"
#include "widgets/theme.h"

#ifdef CDRA_QCUSTOMPLOT
#include <qcustomplot.h>
#endif

#include <QAbstractEventDispatcher>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTest>

#include <cmath>

namespace {

using namespace cdra;
using namespace cdra::benchmark;

double ms(const QElapsedTimer& clock) { return double(clock.nsecsElapsed()) / 1e6; }

void until_settled(workbench::MainWindow& window) {
    do QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    while (!window.settled() || QCoreApplication::eventDispatcher()->processEvents(QEventLoop::AllEvents));
}
template <class Condition> void until(const char* what, Condition condition) {
    constexpr qint64 most_ms = 240'000;
    QElapsedTimer clock;
    clock.start();
    while (!condition()) {
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 20);
        if (clock.elapsed() > most_ms) qFatal("gave up after %lld s: %s", most_ms / 1000, what);
    }
}

// This program once more, up to its first window painted: what a person waits for.
void start_phase() {
    std::vector<double> times;
    for (int i = 0; i < 6; ++i) {
        QProcess process;
        QElapsedTimer clock;
        clock.start();
        process.start(QCoreApplication::applicationFilePath(), {"--first-window"});
        process.waitForReadyRead(20000);
        if (i > 0) times.push_back(ms(clock)); // the first one warms the file cache
        process.waitForFinished();
    }
    say("first window, from the start of the process on", times, "wall", Limit{500});
}

int first_window() {
    workbench::MainWindow window;
    window.show();
    QCoreApplication::processEvents();
    std::printf("painted\n");
    std::fflush(stdout);
    return 0;
}

void plan_phase(const std::shared_ptr<const sensitivity::SensitivityMap>& map) {
    NullProgress progress;
    QElapsedTimer clock;
    std::vector<double> whole, near;
    compact::Replanner replanner(map);
    replanner.make({.amount = compact::Gamma{0.0043}}, progress, {}, 1);
    for (int i = 0; i < 5; ++i) {
        clock.start();
        compact::make_plan(*map, {.amount = compact::Gamma{0.0043 + 0.0001 * i}}, progress, {}, 2);
        whole.push_back(ms(clock));
    }
    for (int i = 0; i < 20; ++i) {
        clock.start();
        replanner.make({.amount = compact::Gamma{0.0043 + 0.0001 * i}}, progress, {}, 1);
        near.push_back(ms(clock));
    }
    say("full recompute of a plan, two threads", whole, "wall", Limit{150});
    say("a plan near the last one, one thread", near, "wall");
}

void app_phase(TimedApplication& app, const test::TemporaryFolder& folder) {
    QElapsedTimer clock;
    std::vector<double> views;
    for (int i = 0; i < 5; ++i) {
        workbench::MainWindow window;
        window.resize(1920, 1080);
        window.show();
        window.go_to(workbench::Stage::sensitivity);
        QCoreApplication::processEvents();
        auto* heat_map = window.findChild<widgets::HeatMapView*>("sensitivity-heat-map");
        clock.start();
        window.take(QString::fromStdString((folder / "b16.h5").string()));
        until("the heat map of a map just opened", [&] { return bool(heat_map->image()); });
        QCoreApplication::processEvents(); // painted
        if (i > 0) views.push_back(ms(clock));
        until_settled(window);
        window.document().undo_stack().setClean();
    }
    say("first view of a 340 MB sensitivity file", views, "wall", Limit{500});

    workbench::MainWindow window;
    window.resize(1920, 1080);
    window.show();
    QCoreApplication::processEvents();
    app.handlers.clear();
    window.take(QString::fromStdString((folder / "b16.h5").string()));
    until_settled(window);
    say_handlers(app, "open");
    auto* curves = window.findChild<widgets::GammaCurves*>();
    const int start = int(curves->xOf(0.002)), end = int(curves->xOf(0.012));
    for (const workbench::Stage stage : {workbench::Stage::sensitivity, workbench::Stage::compact, workbench::Stage::ranks}) {
        window.go_to(workbench::Stage::sensitivity);
        until_settled(window);
        std::vector<double> steps;
        const auto step_to = [&](int x) {
            clock.start();
            // On other pages the same wish comes as an edit: the pointer is not over the curves there.
            if (stage == workbench::Stage::sensitivity) QTest::mouseMove(curves, {x, 40});
            else
                window.document().edit("share", "amount", [&](job::Project& p) { p.plan.options.amount = compact::Gamma{0.002 + 0.01 * (x - start) / (end - start)}; });
            until_settled(window);
            steps.push_back(ms(clock));
        };
        if (stage == workbench::Stage::sensitivity) {
            QTest::mousePress(curves, Qt::LeftButton, {}, {start, 40});
            for (int x = start; x <= end; x += 3) step_to(x); // goes to the first plan of the reach, too
        } else {
            window.go_to(stage);
            until_settled(window);
            step_to(start);
        }
        steps.clear();
        app.handlers.clear();
        for (int x = end; x >= start; x -= 2) step_to(x);
        for (int x = start; x <= end; x += 2) step_to(x);
        if (stage == workbench::Stage::sensitivity) QTest::mouseRelease(curves, Qt::LeftButton, {}, {end, 40});
        const std::string page = workbench::word_of(stage).toStdString();
        say("dragging γ 0.2 … 1.2 %: every visible view of a step, " + page, steps, "wall", Limit{33});
        say_handlers(app, "drag, " + page);
    }
    for (const workbench::Stage stage : workbench::all_stages) {
        window.go_to(stage);
        until_settled(window);
    }
    say_handlers(app, "every page looked at");
    window.go_to(workbench::Stage::sensitivity);
    // Often enough for a thousand handlers: of fewer, the 99.9th percentile is the largest.
    for (int i = 0; i < 3 * 72; ++i) {
        auto* overview = window.findChild<QWidget*>("sensitivity-overview");
        QTest::keyClick(overview, i % 6 == 5 ? Qt::Key_Down : Qt::Key_Right);
        until_settled(window);
    }
    say_handlers(app, "walking through the matrices");
    window.document().undo_stack().setClean();
}

// The real worker, on a model that trains in seconds: so many events a second come from no larger one.
void run_phase(TimedApplication& app, const test::TemporaryFolder& folder) {
    test::write_tiny_vit(folder / "tiny.safetensors");
    test::write_tiny_images(folder / "images");
    job::Project project;
    project.name = "benchmark";
    project.model.path = (folder / "tiny.safetensors").string();
    project.data.spec = (folder / "images").string();
    project.recipe.epochs = 150;
    project.recipe.batch_size = 16;
    project.run.device = "cpu";
    job::write_project(folder / "project.toml", project);
    workbench::MainWindow window;
    window.resize(1920, 1080);
    window.show();
    window.open_project(QString::fromStdString((folder / "project.toml").string()));
    until_settled(window);
    window.go_to(workbench::Stage::sensitivity);
    app.handlers.clear();
    QTest::mouseClick(window.findChild<QPushButton*>("primary-sensitivity"), Qt::LeftButton);
    until("a plan of the sensitivity that a worker computes", [&] { return bool(window.road().plan()) && window.settled(); });
    say_handlers(app, "sensitivity by the worker");
    window.go_to(workbench::Stage::train);
    until_settled(window);
    app.handlers.clear();
    QTest::mouseClick(window.findChild<QPushButton*>("primary-train"), Qt::LeftButton);
    using workbench::JobKind;
    until("the end of a training run", [&] {
        const auto* run = window.hub().newest(JobKind::train);
        return run && (run->state() == job::JobState::done || run->state() == job::JobState::failed);
    });
    say_handlers(app, "training by the worker");
    window.go_to(workbench::Stage::results);
    until_settled(window);
    auto* tabs = window.findChild<QTabWidget*>("results-tabs");
    for (int i = 0; i < tabs->count(); ++i) {
        tabs->setCurrentIndex(i);
        until_settled(window);
    }
    say_handlers(app, "results, every tab");
    QTest::mouseClick(window.findChild<QPushButton*>("primary-results"), Qt::LeftButton);
    auto* outcome = window.findChild<QLabel*>("export-outcome");
    for (int round = 0; round < 3; ++round)
        for (const char* what : {"figures", "curves", "results", "adapter", "merged"}) {
            outcome->clear();
            QTest::mouseClick(window.findChild<QPushButton*>(QString("export-") + what), Qt::LeftButton);
            until(what, [&] { return outcome->text().contains("written"); });
        }
    say_handlers(app, "export of everything");
}

std::shared_ptr<const std::vector<float>> noise(int side) {
    auto values = std::make_shared<std::vector<float>>(std::size_t(side) * std::size_t(side));
    for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] = float(double(i * 2654435761U % 100003 + 1) * 1e-6);
    return values;
}

// Lit cells on a dark ground, one every 131 rows and columns: how many are still seen at an eighth of the size?
void lattice_phase(int side) {
    auto values = std::make_shared<std::vector<float>>(std::size_t(side) * std::size_t(side), 1e-6F);
    constexpr int apart = 131, reduction = 8;
    qint64 cells = 0;
    for (int row = 5; row < side; row += apart)
        for (int column = 5; column < side; column += apart) {
            (*values)[std::size_t(column) * std::size_t(side) + std::size_t(row)] = 0.1F;
            ++cells;
        }
    widgets::HeatMapSource source;
    source.values = values;
    source.out = source.in = side;
    const auto image = widgets::HeatMapImage::build(source);
    const auto lookup = widgets::colour_lookup(widgets::ColourMap::grey, widgets::HeatScale::linear, {0, 0.1F});
    const auto lit = [&](const QImage& picture) {
        qint64 found = 0;
        for (int row = 5; row < side; row += apart)
            for (int column = 5; column < side; column += apart) found += qGray(picture.pixel(column / reduction, row / reduction)) > 200;
        return found;
    };
    const QSize small(side / reduction, side / reduction);
    say_count("isolated cells seen at an eighth of the size", lit(render_heat_map(*image, QRectF(0, 0, side, side), small, lookup, {})), cells, true);
    const QImage whole = render_heat_map(*image, QRectF(0, 0, side, side), {side, side}, lookup, {});
    say_count("the same, scaled by QImage (nearest)", lit(whole.scaled(small, Qt::IgnoreAspectRatio, Qt::FastTransformation)), cells, false);
    say_count("the same, scaled by QImage (smooth)", lit(whole.scaled(small, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)), cells, false);
}

#ifdef CDRA_QCUSTOMPLOT
void their_phase(const std::vector<float>& values, int side) {
    QCustomPlot plot;
    plot.resize(1920, 1080);
    auto* map = new QCPColorMap(plot.xAxis, plot.yAxis); // owned by the plot
    map->data()->setSize(side, side);
    map->data()->setRange(QCPRange(0, side), QCPRange(0, side));
    for (int x = 0; x < side; ++x)
        for (int y = 0; y < side; ++y) map->data()->setCell(x, y, double(values[std::size_t(x) * std::size_t(side) + std::size_t(y)]));
    map->setGradient(QCPColorGradient::gpPolar);
    map->setDataRange(QCPRange(1e-6, 0.1));
    map->setInterpolate(false);
    plot.rescaleAxes();
    plot.show();
    plot.replot();
    std::vector<double> pan, zoom, range;
    const auto frame = [&](std::vector<double>& times, auto change) {
        const double before = thread_ms();
        change();
        plot.replot(QCustomPlot::rpImmediateRefresh);
        times.push_back(thread_ms() - before);
    };
    for (int i = 0; i < 20; ++i) frame(pan, [&] { plot.xAxis->moveRange(i % 2 ? -200 : 200); });
    for (int i = 0; i < 20; ++i) frame(zoom, [&] { plot.xAxis->scaleRange(0.9), plot.yAxis->scaleRange(0.9); });
    plot.rescaleAxes();
    for (int i = 0; i < 10; ++i) frame(range, [&] { map->setDataRange(QCPRange(1e-5 * (i + 1), 0.09)); });
    say("QCustomPlot's colour map, the same: a frame panning", pan, "cpu");
    say("QCustomPlot's colour map, the same: a frame zooming", zoom, "cpu");
    say("QCustomPlot's colour map, the same: a frame dragging the range", range, "cpu");
}
#endif

void heat_map_phase() {
    constexpr int side = 4096;
    const auto values = noise(side);
    widgets::HeatMapView view;
    view.resize(1920, 1080);
    widgets::HeatMapSource source;
    source.values = values;
    source.out = source.in = side;
    QElapsedTimer clock;
    std::vector<double> coded;
    for (int i = 0; i < 3; ++i) {
        clock.start();
        view.setSource(source);
        until("the heat map coded", [&] { return !view.building(); });
        coded.push_back(ms(clock));
    }
    say("heat map 4096 × 4096: coded with its pyramid, on a worker", coded, "wall");
    view.show();
    QCoreApplication::processEvents();
    std::vector<double> pan, zoom, range;
    const auto frame = [&](std::vector<double>& times, auto change) {
        const double before = thread_ms();
        change();
        view.repaint();
        times.push_back(thread_ms() - before);
    };
    const QPointF centre = view.plotArea().center();
    const auto wheel = [&](int by) {
        QWheelEvent event(centre, view.mapToGlobal(centre), {}, {0, by}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&view, &event);
    };
    for (int i = 0; i < 24; ++i) frame(zoom, [&] { wheel(120); });
    for (int i = 0; i < 24; ++i) frame(zoom, [&] { wheel(-120); });
    // Panning a little zoomed in, where the most cells go into a pixel that the matrix still fills the window with.
    view.fit();
    for (int i = 0; i < 6; ++i) wheel(120);
    for (int i = 0; i < 60; ++i) frame(pan, [&] { QTest::keyClick(&view, i % 2 ? Qt::Key_Left : Qt::Key_Down); });
    view.fit();
    for (int i = 0; i < 60; ++i) frame(range, [&] { view.setRange(std::pair(1e-5F * float(i + 1), 0.09F)); });
    say("heat map 4096 × 4096 at 1920 × 1080: a frame panning", pan, "cpu", Limit{5, 0.95});
    say("heat map 4096 × 4096 at 1920 × 1080: a frame zooming", zoom, "cpu", Limit{5, 0.95});
    say("heat map 4096 × 4096 at 1920 × 1080: a frame dragging the range", range, "cpu", Limit{5, 0.95});
    lattice_phase(side);
#ifdef CDRA_QCUSTOMPLOT
    their_phase(*values, side);
#else
    std::fprintf(stderr, "QCustomPlot is not installed (Debian: libqcustomplot-dev): nothing beside it\n");
#endif
}

// What run.sh's table takes in: frames of the heat map against QCustomPlot's, the geometric mean of panning, zooming and ranging.
void write_row(const QString& file) {
    const std::string ours = "heat map 4096 × 4096 at 1920 × 1080: a frame ", theirs = "QCustomPlot's colour map, the same: a frame ";
    double our_log = 0, their_log = 0;
    for (const char* what : {"panning", "zooming", "dragging the range"}) {
        if (!medians.contains(ours + what) || !medians.contains(theirs + what)) return;
        our_log += std::log(medians[ours + what]) / 3;
        their_log += std::log(medians[theirs + what]) / 3;
    }
    const QJsonObject row{{"workload", "heat-map"},   {"ours", std::exp(our_log) / 1e3}, {"peer", std::exp(their_log) / 1e3}, {"peer_name", "QCustomPlot's colour map"},
                          {"ratio", std::exp(their_log - our_log)}, {"target", QJsonValue()}, {"unit", "s"},
                          {"limit", "look-up and blit"},            {"compared", false}};
    write_file_atomically(file.toStdString(), QJsonDocument(QJsonArray{row}).toJson().toStdString());
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    // The offscreen platform says of every window that it can't propagate size hints.
    qInstallMessageHandler([](QtMsgType type, const QMessageLogContext& context, const QString& message) {
        if (!message.startsWith("This plugin does not support")) std::fprintf(stderr, "%s\n", qUtf8Printable(qFormatLogMessage(type, context, message)));
    });
    TimedApplication app(argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QCoreApplication::setOrganizationName("cdra-workbench-benchmark");
    const test::TemporaryFolder folder;
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, QString::fromStdString(folder.path().string()));
    widgets::apply_theme(app, widgets::Appearance::light);
    QStringList phases = app.arguments().mid(1);
    if (phases.removeAll("--first-window")) return first_window();
    if (!qEnvironmentVariableIsSet("CDRA_COMMAND")) qputenv("CDRA_COMMAND", (QCoreApplication::applicationDirPath() + "/../bin/cdra").toUtf8());
    QString results;
    if (const auto at = phases.indexOf("--results"); at >= 0 && at + 1 < phases.size()) {
        results = phases.takeAt(at + 1);
        phases.removeAt(at);
    }
    std::vector<std::unique_ptr<QProcess>> load;
    if (!phases.removeAll("--no-load"))
        for (int i = 0; i < 2; ++i) {
            load.push_back(std::make_unique<QProcess>());
            load.back()->start("nice", {"-n", "10", "sh", "-c", "while :; do :; done"}); // as a worker lowers itself
        }
    const auto wanted = [&](const char* phase) { return phases.isEmpty() || phases.contains(phase); };
    if (wanted("start")) start_phase();
    if (wanted("plan") || wanted("app")) {
        auto map = std::make_shared<sensitivity::SensitivityMap>(test::synthetic_map({12, 768, 3072, 7, 0}));
        map->provenance.backbone_parameters = 85'798'656;
        map->known_fingerprint = sensitivity::fingerprint(*map); // as of a map that was read
        if (wanted("app")) sensitivity::write_map(folder / "b16.h5", *map);
        if (wanted("plan")) plan_phase(map);
    }
    if (wanted("app")) app_phase(app, folder);
    if (wanted("run")) run_phase(app, folder);
    if (wanted("heatmap")) heat_map_phase();
    for (const auto& process : load) {
        process->kill();
        process->waitForFinished();
    }
    if (!results.isEmpty()) write_row(results);
    if (misses) std::fprintf(stderr, "%d limits are missed\n", misses);
    return misses ? 1 : 0;
}
