// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Reading, expanding and choosing: what a sweep does before any process is started.
#include "core/base/error.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "core/sweep/status.h"
#include "core/sweep/sweep.h"
#include "core/tables/outcome.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>
#include <limits>
#include <set>

using namespace cdra;
using namespace cdra::sweep;

namespace {

const std::string text = R"(
name = "small"
seeds = [4, 5]
[project.model]
path = "model"
[project.recipe]
epochs = 3
lr = 0.5
[choose]
max-trials = 3
lr = [0.001, 0.003, 0.01]
[[task]]
name = "a"
group = "natural"
data = "vtab-1k:{data}/fashion?seed={seed}"
[[task]]
name = "b"
data = "vtab-1k:{data}/digits"
also = ["mean_class_accuracy"]
project = { recipe = { epochs = 7 } }
[[row]]
method = "linear"
[[row]]
label = "lora-4"
method = "lora"
options = { rank = 4, targets = ["q", "v"] }
choose = {}
project = { recipe = { lr = 0.25 } }
[[row]]
label = "cdra"
method = "cdra"
choose = { gamma = [0.01, 0.02] }
grid = { size-scale = [0.5, 1.0] }
project = { plan = { budget = 0.5 } }
)";

Sweep small() {
    Sweep sweep = parse_sweep(text, "small.toml");
    apply(sweep, {.data_root = "/data"});
    return sweep;
}

QString refusal(const std::string& toml) {
    try {
        expand(parse_sweep(toml, "bad.toml"));
    } catch (const InputError& error) {
        return error.what();
    }
    return {};
}

std::string replaced(std::string whole, const std::string& what, const std::string& by) {
    const auto at = whole.find(what);
    return at == std::string::npos ? std::string() : whole.replace(at, what.size(), by);
}

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
Setting lr(double value) {
    return {{"lr", value}};
}

} // namespace

class SweepTest : public QObject {
    Q_OBJECT

  private slots:
    void everyCellIsThere() {
        const Expansion expansion = expand(small());
        // 2 tasks × (linear, lora-4, cdra under two settings)
        QCOMPARE(expansion.cells.size(), std::size_t{8});
        QCOMPARE(expansion.cells[0].trials.size(), std::size_t{3});
        QCOMPARE(expansion.cells[1].trials.size(), std::size_t{0});
        QCOMPARE(expansion.cells[2].trials.size(), std::size_t{2});
        QCOMPARE(expansion.cells[0].finals.size(), std::size_t{3});
        for (const Cell& cell : expansion.cells)
            QCOMPARE(cell.finals.front().size(), std::size_t{2});
        // Maps: a's dataset differs by seed, b's seed is the map's own: two each, shared by the four runs of
        // a cell.
        QCOMPARE(expansion.maps.size(), std::size_t{4});
        QCOMPARE(expansion.run_count(), std::size_t{4 + 2 * (3 + 0 + 2 + 2) + 8 * 2});
    }

    void projectsAreMerged() {
        const Expansion expansion = expand(small());
        const Run& linear = expansion.cells[0].trials[1];
        QCOMPARE(linear.folder.string(), std::string("runs/a/linear/trial-lr=0.003/seed-4"));
        QCOMPARE(linear.project.recipe.lr, 0.003);
        QCOMPARE(linear.project.recipe.epochs, 3);
        QVERIFY(!linear.project.recipe.final_training);
        QCOMPARE(linear.project.run.seed, std::uint64_t{4});
        QCOMPARE(linear.project.data.spec, std::string("vtab-1k:/data/fashion?seed=4"));
        QVERIFY(linear.map.empty());
        const Run& lora = expansion.cells[1].finals[0][1];
        QCOMPARE(lora.folder.string(), std::string("runs/a/lora-4/final/seed-5"));
        QCOMPARE(lora.project.recipe.lr, 0.25); // the row's own wins over the common one
        QCOMPARE(lora.project.method_options.at("rank"), std::string("4"));
        QCOMPARE(lora.project.method_options.at("targets"), std::string("q,v"));
        QVERIFY(lora.project.recipe.final_training);
        QCOMPARE(expansion.cells[4].trials[0].project.recipe.epochs, 7);
    }

    // A map's folder tells its settings, whatever else is run beside it.
    void mapsOfOtherSettingsHaveOtherFolders() {
        Sweep sweep = small();
        const std::string before = expand(sweep).cells[2].trials[1].map.string();
        sweep.rows.erase(sweep.rows.begin(), sweep.rows.begin() + 2);
        QCOMPARE(expand(sweep).cells[0].trials[1].map.string(), before);
        Sweep other = small();
        apply(other, {.model = "another-model"});
        QVERIFY(expand(other).cells[2].trials[1].map.string() != before);
    }

    void laterAmountWins() {
        const Expansion expansion = expand(small());
        const Run& run = expansion.cells[2].trials[1];
        QCOMPARE(run.folder.string(), std::string("runs/a/cdra/trial-size-scale=0.5,gamma=0.02/seed-4"));
        QVERIFY(std::holds_alternative<compact::Gamma>(run.project.plan.options.amount));
        QCOMPARE(std::get<compact::Gamma>(run.project.plan.options.amount).value, 0.02);
        QCOMPARE(run.project.plan.options.size_scale, 0.5);
        const QRegularExpression path("^maps/a/per-sample-400-[0-9a-f]{8}/seed-4/S\\.h5$");
        QVERIFY2(path.match(QString::fromStdString(run.map.string())).hasMatch(), run.map.c_str());
    }

    void foldersAreDistinct() {
        const Expansion expansion = expand(small());
        std::set<std::string> folders;
        std::size_t runs = 0;
        for (const Cell& cell : expansion.cells) {
            for (const Run& run : cell.trials)
                folders.insert(run.folder.string()), ++runs;
            for (const auto& seeds : cell.finals)
                for (const Run& run : seeds)
                    folders.insert(run.folder.string()), ++runs;
        }
        QCOMPARE(folders.size(), runs);
    }

    void onlySomeSeeds() {
        Sweep sweep = small();
        apply(sweep, {.tasks = {"b"}, .rows = {"linear"}, .seeds = {5}});
        const Expansion expansion = expand(sweep);
        QCOMPARE(expansion.cells.size(), std::size_t{1});
        QCOMPARE(expansion.cells[0].trials[0].seed, std::uint64_t{4}); // the choice stays the first seed's
        QCOMPARE(expansion.cells[0].finals[0].size(), std::size_t{1});
        QCOMPARE(expansion.cells[0].finals[0][0].seed, std::uint64_t{5});
    }

    void trialsMayBeShorter() {
        const std::string shorter = replaced(text, "max-trials = 3", "max-trials = 3\nepochs = 2");
        Sweep sweep = parse_sweep(shorter, "small.toml");
        apply(sweep, {.data_root = "/data"});
        const Expansion expansion = expand(sweep);
        QCOMPARE(expansion.cells[0].trials[1].project.recipe.epochs, 2);
        QCOMPARE(expansion.cells[0].finals[1][0].project.recipe.epochs, 3);
        QCOMPARE(expansion.cells[0].trials.size(), std::size_t{3}); // epochs is no axis of the grid
        // Never longer than a run; and a published trial is a run, so it has a run's length.
        sweep.trial_epochs = 5;
        QCOMPARE(expand(sweep).cells[0].trials[1].project.recipe.epochs, 3);
        Sweep published = parse_sweep(
            replaced(shorter, "epochs = 3", "epochs = 3\nprotocol = \"published\""), "small.toml");
        apply(published, {.data_root = "/data"});
        QCOMPARE(expand(published).cells[0].trials[1].project.recipe.epochs, 3);
    }

    // Results from another machine: project and events, without weights, and other folders of model and data.
    void resultsCanBeCarried() {
        QTemporaryDir folder;
        const std::filesystem::path out = folder.path().toStdString();
        Sweep there = parse_sweep(text, "/elsewhere/small.toml");
        apply(there, {.data_root = "/elsewhere/data"});
        const Run run = expand(there).cells[5].finals[0][1];
        const job::JobPaths paths(out / run.folder);
        std::filesystem::create_directories(paths.folder);
        job::write_project(paths.project, run.project);
        {
            job::EventWriter events(paths.events);
            events.write(job::ResultEvent{"test/accuracy", 0.75});
            events.write(job::ResultEvent{"test/mean_class_accuracy", 0.5});
            events.write(job::ResultEvent{"parameters/trainable", 1234});
            events.write(job::ResultEvent{"time/inference_ms_per_image", 4.5});
            events.write(job::DoneEvent{60});
        }
        const Sweep here = small();
        for (const RunStatus& one : look(here, out).runs)
            QCOMPARE(one.state, one.run.folder == run.folder ? RunState::done : RunState::waiting);
        const tables::Outcome outcome = tables::collect(here, look(here, out));
        QCOMPARE(outcome.find("lora-4")->cells.at("b").values(), std::vector<double>{75.0});
        QCOMPARE(outcome.beside, std::vector<std::string>{"b mean_class_accuracy"});
        QCOMPARE(outcome.find("lora-4")->beside.at("b mean_class_accuracy").values(), std::vector<double>{50.0});
        QCOMPARE(outcome.find("lora-4")->inference_ms, 4.5);
        QCOMPARE(outcome.find("lora-4")->trainable, 1234.0);
        // Another dataset or model is no other place of the same.
        Sweep other = small();
        other.tasks[1].data = "vtab-1k:/data/mnist";
        QVERIFY_THROWS_EXCEPTION(InputError, look(other, out));
    }

    void publishedChoosesByTest() {
        Sweep sweep =
            parse_sweep(replaced(text, "epochs = 3", "epochs = 3\nprotocol = \"published\""), "small.toml");
        apply(sweep, {.data_root = "/data"});
        const Expansion expansion = expand(sweep);
        QCOMPARE(selection_figure(sweep, expansion.cells[0].trials[0]), std::string("test/accuracy"));
        QCOMPARE(expansion.cells[0].trials[0].folder, expansion.cells[0].finals[0][0].folder);
        QVERIFY(!expansion.cells[0].finals[0][0].project.recipe.final_training);
    }

    void choosing() {
        QCOMPARE(choose({lr(0.1), lr(0.2), lr(0.3)}, {0.5, 0.7, 0.6}), 1);
        QCOMPARE(choose({lr(0.3), lr(0.1), lr(0.2)}, {0.7, 0.7, 0.7}), 1); // ties: the smaller rate
        QCOMPARE(choose({lr(0.1), lr(0.2)}, {nothing, 0.01}), 1);
        QCOMPARE(choose({lr(0.1), lr(0.2)}, {nothing, nothing}), -1);
        QCOMPARE(choose({{{"gamma", 0.2}}, {{"gamma", 0.1}}}, {0.5, 0.5}),
                 0); // ties without a rate: the earlier
    }

    void failedTrialsLose() {
        const Cell cell = expand(small()).cells[0];
        std::vector<RunStatus> trials;
        for (const Run& run : cell.trials)
            trials.push_back({run, "a", "linear", RunState::done, 0.5, 1, ""});
        trials[0].state = RunState::failed;
        trials[0].value = 0.9;
        trials[2].value = 0.6;
        QCOMPARE(chosen_candidate(cell, trials), 2);
        trials[1].state = RunState::running;
        QCOMPARE(chosen_candidate(cell, trials), -1);
        for (RunStatus& trial : trials)
            trial.state = RunState::failed;
        QCOMPARE(chosen_candidate(cell, trials), -2);
    }

    void estimateByOwnKind() {
        const Expansion expansion = expand(small());
        SweepStatus status;
        QVERIFY(estimate(status, 1) < 0);
        status.runs.push_back({expansion.cells[0].trials[0], "a", "linear", RunState::done, 0.5, 10, ""});
        status.runs.push_back({expansion.cells[0].trials[1], "a", "linear", RunState::waiting, 0, 0, ""});
        status.runs.push_back({expansion.cells[1].finals[0][0], "a", "lora-4", RunState::done, 0.5, 30, ""});
        status.runs.push_back({expansion.cells[1].finals[0][1], "a", "lora-4", RunState::waiting, 0, 0, ""});
        QCOMPARE(estimate(status, 2), 20.0);
    }

    void slipsAreNamed_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("says");
        QTest::newRow("method") << "method = \"linear\""
                                << "method = \"liner\""
                                << "linear, ";
        QTest::newRow("key") << "seeds ="
                             << "seed ="
                             << "'seed' is not known";
        QTest::newRow("trials") << "lr = [0.001, 0.003, 0.01]"
                                << "lr = [1, 2, 3, 4]"
                                << "4 trials for linear; expected at most max-trials = 3";
        QTest::newRow("names") << "name = \"b\""
                               << "name = \"a\""
                               << "two tasks are called 'a'";
        QTest::newRow("folder") << "name = \"b\""
                                << "name = \"../b\""
                                << "becomes a folder";
        QTest::newRow("also") << "also = [\"mean_class_accuracy\"]"
                              << "also = \"miou\""
                              << "is no list of metrics";
        QTest::newRow("option") << "choose = { gamma"
                                << "choose = { gama"
                                << "gama";
        QTest::newRow("value") << "gamma = [0.01, 0.02]"
                               << "gamma = [0.01, 2.0]"
                               << "small.toml";
        QTest::newRow("seeds") << "[4, 5]"
                               << "[4, 4]"
                               << "twice";
        QString many;
        for (int i = 1; i <= 101; ++i)
            many += QString::number(i) + (i < 101 ? "," : "");
        QTest::newRow("settings") << "size-scale = [0.5, 1.0]"
                                  << "size-scale = [" + many + "], beta = [" + many + "]"
                                  << "expected at most 10000";
    }
    void slipsAreNamed() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, says);
        QString message;
        try {
            Sweep sweep = parse_sweep(replaced(text, from.toStdString(), to.toStdString()), "small.toml");
            apply(sweep, {.data_root = "/data"});
            expand(sweep);
        } catch (const InputError& error) {
            message = error.what();
        }
        QVERIFY2(message.contains(says), qPrintable("said: " + message));
        QVERIFY(message.startsWith("small.toml"));
    }

    void emptyFilesAreRefused() {
        QVERIFY(refusal("").contains("[[task]]"));
        QVERIFY(refusal("[[task]]\nname='a'\ndata='x'\n").contains("[[row]]"));
        Sweep sweep = parse_sweep(text, "small.toml");
        QVERIFY_THROWS_EXCEPTION(InputError, apply(sweep, {}));
    }
};

QTEST_GUILESS_MAIN(SweepTest)
#include "sweep_test.moc"
