// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// How quickly the desktop app answers: with a map of ViT-B/16's size (84.9 M weights, 340 MB) open, dragging γ, and a heat map
// of 4096 × 4096 at 1920 × 1080, QCustomPlot's colour map beside it where it is installed. Times of the event loop are thread
// CPU time of its handlers, so that a busy machine does not count; the rest is wall time, and says so.
//   QT_QPA_PLATFORM=offscreen desktop_benchmark [--load]     --load: two processes use both cores meanwhile
#include "app/workbench/headless.h"
#include "app/workbench/main_window.h"
#include "core/compact/replanner.h"
#include "core/sensitivity/map.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"
#include "widgets/figure.h"
#include "widgets/gamma_curves.h"
#include "widgets/heat_map_view.h"
#include "widgets/theme.h"

#ifdef CDRA_QCUSTOMPLOT
#include <qcustomplot.h>
#endif

#include <QApplication>
#include <QElapsedTimer>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace {

using namespace cdra;

double thread_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

// CPU time of every outermost handler of the event loop.
class TimedApplication : public QApplication {
  public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override {
        if (depth_++ > 0) {
            const bool taken = QApplication::notify(receiver, event);
            --depth_;
            return taken;
        }
        const double before = thread_ms();
        const QByteArray who = receiver->metaObject()->className();
        const int type = event->type();
        const bool taken = QApplication::notify(receiver, event);
        handlers.push_back({thread_ms() - before, who, type});
        --depth_;
        return taken;
    }
    struct Handler {
        double ms;
        QByteArray who;
        int type;
    };
    std::vector<Handler> handlers;

  private:
    int depth_ = 0;
};

double quantile(std::vector<double> values, double q) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, std::size_t(q * double(values.size())))];
}

void say(const char* what, const std::vector<double>& values, const char* unit = "ms") {
    std::printf("%-58s median %8.2f   90th %8.2f   largest %8.2f %s   (%zu)\n", what, quantile(values, 0.5), quantile(values, 0.9),
                quantile(values, 1), unit, values.size());
    std::fflush(stdout);
}

void say_handlers(TimedApplication& app, const char* phase) {
    std::vector<double> times;
    for (const auto& handler : app.handlers) times.push_back(handler.ms);
    const auto slowest = std::ranges::max_element(app.handlers, {}, &TimedApplication::Handler::ms);
    std::printf("%-58s 99.9th %8.2f ms   largest %8.2f ms (%s, event %d)   (%zu)\n", (std::string("  handlers: ") + phase).c_str(),
                quantile(times, 0.999), slowest == app.handlers.end() ? 0 : slowest->ms,
                slowest == app.handlers.end() ? "" : slowest->who.constData(), slowest == app.handlers.end() ? 0 : slowest->type, times.size());
    std::fflush(stdout);
    app.handlers.clear();
}

void until_settled(workbench::MainWindow& window) {
    do QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    while (!window.settled() || QCoreApplication::eventDispatcher()->processEvents(QEventLoop::AllEvents));
}

void app_phase(TimedApplication& app, const test::TemporaryFolder& folder) {
    QElapsedTimer clock;
    clock.start();
    auto window = std::make_unique<workbench::MainWindow>();
    window->resize(1920, 1080);
    window->show();
    QCoreApplication::processEvents();
    std::printf("%-58s %8.0f ms (wall)\n", "first window, from an application object on", double(clock.elapsed()));
    app.handlers.clear();

    window->go_to(workbench::Stage::sensitivity);
    auto* heat_map = window->findChild<widgets::HeatMapView*>("sensitivity-heat-map");
    clock.restart();
    window->document().edit("map", {}, [&](job::Project& p) { p.sensitivity.map = (folder / "b16.h5").string(); });
    while (!heat_map->image()) QCoreApplication::processEvents(QEventLoop::AllEvents, 2);
    std::printf("%-58s %8.0f ms (wall)\n", "first view of a 340 MB map", double(clock.elapsed()));
    until_settled(*window);
    std::printf("%-58s %8.0f ms (wall)\n", "plan, curves and every view of it", double(clock.elapsed()));
    say_handlers(app, "open");

    auto* curves = window->findChild<widgets::GammaCurves*>();
    std::vector<double> steps;
    const auto drag = [&](int from, int to, int by) {
        QTest::mousePress(curves, Qt::LeftButton, {}, {from, 40});
        for (int x = from; by > 0 ? x <= to : x >= to; x += by) {
            clock.restart();
            QTest::mouseMove(curves, {x, 40});
            until_settled(*window);
            steps.push_back(double(clock.nsecsElapsed()) / 1e6);
        }
        QTest::mouseRelease(curves, Qt::LeftButton, {}, {to, 40});
    };
    const int start = int(curves->xOf(0.002)), end = int(curves->xOf(0.012));
    drag(start, end, 3); // goes to the first plan of the reach, too
    steps.clear();
    app.handlers.clear();
    drag(end, start, -2);
    drag(start, end, 2);
    say("dragging γ 0.2 … 1.2 %: every visible view of a step (wall)", steps);
    say_handlers(app, "drag");
    for (const workbench::Stage stage : workbench::all_stages) {
        window->go_to(stage);
        until_settled(*window);
    }
    say_handlers(app, "every page seen");
    const auto plan = window->road().plan();
    window->hide();
    clock.restart();
    widgets::figures::export_figures(folder / "figures", *plan);
    std::printf("%-58s %8.0f ms (wall)\n", "Figures 2, 4 and 5 in four formats (on a worker)", double(clock.elapsed()));
    window->document().undo_stack().setClean();
}

void plan_phase(const std::shared_ptr<const sensitivity::SensitivityMap>& map) {
    NullProgress progress;
    QElapsedTimer clock;
    std::vector<double> whole, near;
    compact::Replanner replanner(map);
    replanner.make({.amount = compact::Gamma{0.0043}}, progress, {}, 1);
    for (int i = 0; i < 5; ++i) {
        clock.restart();
        compact::make_plan(*map, {.amount = compact::Gamma{0.0043 + 0.0001 * i}}, progress, {}, 2);
        whole.push_back(double(clock.nsecsElapsed()) / 1e6);
    }
    for (int i = 0; i < 20; ++i) {
        clock.restart();
        replanner.make({.amount = compact::Gamma{0.0043 + 0.0001 * i}}, progress, {}, 1);
        near.push_back(double(clock.nsecsElapsed()) / 1e6);
    }
    say("full recompute, two threads (wall)", whole);
    say("a plan near the last one, one thread (wall)", near);
}

void heat_map_phase() {
    constexpr int side = 4096;
    auto values = std::make_shared<std::vector<float>>(std::size_t(side) * side);
    for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] = float(double(i * 2654435761U % 100003 + 1) * 1e-6);
    widgets::HeatMapView view;
    view.resize(1920, 1080);
    widgets::HeatMapSource source;
    source.values = values;
    source.out = source.in = side;
    QElapsedTimer clock;
    clock.start();
    view.setSource(source);
    while (view.building()) QCoreApplication::processEvents();
    std::printf("%-58s %8.0f ms (wall, on a worker)\n", "heat map 4096²: coded, with its pyramid", double(clock.elapsed()));
    view.show();
    QCoreApplication::processEvents();
    std::vector<double> pan, zoom, range;
    const auto frame = [&](std::vector<double>& times, auto change) {
        const double before = thread_ms();
        change();
        view.repaint();
        times.push_back(thread_ms() - before);
    };
    const QPoint centre = view.plotArea().center();
    QWheelEvent in(QPointF(centre), view.mapToGlobal(QPointF(centre)), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    for (int i = 0; i < 24; ++i) frame(zoom, [&] { QApplication::sendEvent(&view, &in); });
    view.fit();
    for (int i = 0; i < 6; ++i) QApplication::sendEvent(&view, &in);
    for (int i = 0; i < 60; ++i) frame(pan, [&] { QTest::keyClick(&view, i % 2 ? Qt::Key_Left : Qt::Key_Down); });
    view.fit();
    for (int i = 0; i < 60; ++i) frame(range, [&] { view.setRange(std::pair(1e-5F * float(i + 1), 0.09F)); });
    say("heat map 4096² at 1920×1080: a frame panning (CPU)", pan);
    say("heat map 4096² at 1920×1080: a frame zooming (CPU)", zoom);
    say("heat map 4096² at 1920×1080: a frame dragging the range (CPU)", range);
#ifdef CDRA_QCUSTOMPLOT
    QCustomPlot plot;
    plot.resize(1920, 1080);
    auto* map = new QCPColorMap(plot.xAxis, plot.yAxis);
    map->data()->setSize(side, side);
    map->data()->setRange(QCPRange(0, side), QCPRange(0, side));
    for (int x = 0; x < side; ++x)
        for (int y = 0; y < side; ++y) map->data()->setCell(x, y, double((*values)[std::size_t(x) * side + std::size_t(y)]));
    map->setGradient(QCPColorGradient::gpPolar);
    map->setDataRange(QCPRange(1e-6, 0.1));
    map->setInterpolate(false);
    plot.rescaleAxes();
    plot.show();
    plot.replot();
    std::vector<double> their_pan, their_range;
    const auto their_frame = [&](std::vector<double>& times, auto change) {
        const double before = thread_ms();
        change();
        plot.replot(QCustomPlot::rpImmediateRefresh);
        times.push_back(thread_ms() - before);
    };
    for (int i = 0; i < 20; ++i) their_frame(their_pan, [&] { plot.xAxis->moveRange(i % 2 ? -200 : 200); });
    for (int i = 0; i < 10; ++i) their_frame(their_range, [&] { map->setDataRange(QCPRange(1e-5 * (i + 1), 0.09)); });
    say("QCustomPlot's colour map: a frame panning (CPU)", their_pan);
    say("QCustomPlot's colour map: a frame changing the range (CPU)", their_range);
#else
    std::printf("QCustomPlot is not installed (Debian: libqcustomplot-dev): nothing beside it\n");
#endif
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    TimedApplication app(argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName("cdra-workbench-benchmark");
    widgets::apply_theme(app, widgets::Appearance::light);
    std::vector<std::unique_ptr<QProcess>> load;
    if (app.arguments().contains("--load"))
        for (int i = 0; i < 2; ++i) {
            load.push_back(std::make_unique<QProcess>());
            load.back()->start("nice", {"-n", "19", "sh", "-c", "while :; do :; done"});
        }
    const test::TemporaryFolder folder;
    {
        auto map = std::make_shared<sensitivity::SensitivityMap>(test::synthetic_map({12, 768, 3072, 7, 0}));
        map->provenance.backbone_parameters = 85'798'656;
        sensitivity::write_map(folder / "b16.h5", *map);
        plan_phase(map);
    }
    app_phase(app, folder);
    heat_map_phase();
    for (const auto& process : load) {
        process->kill();
        process->waitForFinished();
    }
    return 0;
}
