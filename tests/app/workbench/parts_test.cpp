// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The window's smaller parts, none of which needs a worker: presets, notes, differences, strategies, overlaps, predictions,
// the palette, what is dropped, the session.
#include "app/workbench/differences.h"
#include "app/workbench/frozen.h"
#include "app/workbench/pages/compact_page.h"
#include "app/workbench/pages/compare_panel.h"
#include "app/workbench/pages/predictions_panel.h"
#include "app/workbench/plan_overlap.h"
#include "app/workbench/presets.h"
#include "app/workbench/run_notes.h"
#include "app/workbench/strategies.h"
#include "app/workbench/translations.h"
#include "core/base/error.h"
#include "core/sensitivity/map.h"
#include "tests/app/workbench/driver.h"
#include "tests/support/qt_fixture.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"
#include "widgets/command_palette.h"
#include "widgets/small_multiples.h"

#include <QAction>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTranslator>
#include <QUndoView>

#include <fstream>
#include <set>

using namespace cdra;
using namespace cdra::workbench;

namespace {
constexpr int patience = 120000; // ms
}

class PartsTest : public QObject {
    Q_OBJECT

    QString path(const char* name) const { return QString::fromStdString((folder_ / name).string()); }
    static compact::CompactPlan plan_of(const sensitivity::SensitivityMap& map, compact::PlanOptions options) {
        NullProgress progress;
        return compact::make_plan(map, options, progress);
    }

  private slots:
    void initTestCase() {
        test::isolate(settings_);
        test::write_tiny_vit(folder_ / "tiny.safetensors");
        test::write_tiny_images(folder_ / "images");
        sensitivity::write_map(folder_ / "s.h5", test::synthetic_map({3, 64, 128, 7, 0}));
    }
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void presetsAreKeptByName() {
        job::Project project;
        project.method = "lora";
        project.method_options["rank"] = "4";
        project.recipe.epochs = 7;
        project.model.path = "elsewhere";
        project.plan.options.edited_ranks["blocks.0.attn.q"] = 3;
        keep_preset("seven epochs", project);
        QVERIFY(kept_presets().contains("seven epochs"));
        job::Project other;
        other.model.path = "here";
        apply_kept_preset("seven epochs", other);
        QCOMPARE(other.recipe.epochs, 7);
        QCOMPARE(other.method, std::string("lora"));
        QCOMPARE(other.method_options.at("rank"), std::string("4"));
        QCOMPARE(other.model.path, std::string("here"));
        QVERIFY(other.plan.options.edited_ranks.empty());
        QVERIFY_THROWS_EXCEPTION(InputError, keep_preset("../out", project));
        QVERIFY_THROWS_EXCEPTION(InputError, apply_kept_preset("never kept", other));
        forget_preset("seven epochs");
        QVERIFY(!kept_presets().contains("seven epochs"));
        for (const Preset& one : presets()) {
            job::Project made = project;
            one.apply(made);
            job::validate(made);
        }
    }

    void notesStayWithTheRun() {
        const QString run = path("runs/noted");
        QDir().mkpath(run);
        QCOMPARE(read_notes(run), RunNotes());
        const RunNotes notes{"a \"quoted\" note\nof two lines", {"paper", "γ 0.4"}, 12.5, 900};
        write_notes(run, notes);
        QCOMPARE(read_notes(run), notes);
        QFile(run + "/workbench.json").resize(10);
        QCOMPARE(read_notes(run), RunNotes()); // damaged: empty, not an error
    }

    void differencesByKey() {
        job::Project a, b;
        a.name = "a";
        b.name = "b";
        QCOMPARE(differences({a, b}).size(), std::size_t(0));
        b.recipe.epochs = 12;
        b.method = "linear";
        const auto found = differences({a, b, a});
        // Another method has other options: what only one of them has is a difference, too, with nothing for the other.
        const auto& options = methods::find_method("cdra").options;
        std::size_t only_cdra = 0;
        for (const Difference& one : found)
            if (one.key.startsWith("method.options.")) {
                QVERIFY(!one.values[0].isEmpty());
                QCOMPARE(one.values, (QStringList{one.values[0], "", one.values[0]}));
                ++only_cdra;
            }
        QVERIFY(only_cdra > 0 && only_cdra <= options.size());
        QCOMPARE(found.size(), only_cdra + 2);
        QVERIFY(std::ranges::any_of(found, [](const Difference& one) { return one.key == "recipe.epochs" && one.values == QStringList{"100", "12", "100"}; }));
        QVERIFY(std::ranges::any_of(found, [](const Difference& one) { return one.key == "method.name" && one.values == QStringList{"cdra", "linear", "cdra"}; }));
    }

    void frozenProjectsAreReadAnew() {
        const QString run = path("runs/frozen");
        QDir().mkpath(run);
        QString why;
        QVERIFY(!frozen_project(run, &why));
        QVERIFY(!why.isEmpty());
        job::Project project;
        project.recipe.epochs = 3;
        job::write_project((run + "/project.toml").toStdString(), project);
        QCOMPARE(frozen_project(run)->recipe.epochs, 3);
        QCOMPARE(frozen_project(run), frozen_project(run)); // once
        project.recipe.epochs = 12345;
        job::write_project((run + "/project.toml").toStdString(), project);
        QCOMPARE(frozen_project(run)->recipe.epochs, 12345);
    }

    void strategiesEqualPlans() {
        const auto map = test::synthetic_map({3, 64, 128, 7, 0});
        const auto plan = plan_of(map, {.amount = compact::Gamma{0.03}});
        const std::vector<std::string> ranks{"eq7-unscaled", "eq7", "fixed:8", "scale:0.5"};
        const auto outcomes = compare_strategies(plan, ranks);
        for (std::size_t i = 0; i < ranks.size(); ++i) {
            const auto naive = plan_of(map, {.amount = compact::Gamma{0.03}, .rank = ranks[i]});
            QCOMPARE(outcomes[i].trainable, naive.trainable_parameters());
            QCOMPARE(outcomes[i].percent, naive.trainable_percent());
        }
        QVERIFY(outcomes[0].trainable != outcomes[2].trainable);
        // Kept by name as a file that the strategy file:CSV reads to the same ranks.
        save_allocation(path(""), "mine", plan);
        QCOMPARE(saved_allocations(path("")), QStringList{"mine"});
        const auto again = plan_of(map, {.amount = compact::Gamma{0.03}, .rank = "file:" + allocation_file(path(""), "mine").toStdString()});
        for (std::size_t i = 0; i < plan.matrices.size(); ++i) QCOMPARE(again.matrices[i].rank, plan.matrices[i].rank);
        QVERIFY_THROWS_EXCEPTION(InputError, save_allocation(path(""), "a/b", plan));
    }

    void overlapsEqualSets() {
        const auto first = plan_of(test::synthetic_map({2, 32, 64, 7, 0}), {.amount = compact::Gamma{0.05}});
        const auto second = plan_of(test::synthetic_map({2, 32, 64, 8, 0}), {.amount = compact::Gamma{0.08}});
        const auto found = overlaps(first, second);
        std::uint64_t both = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
            const std::set<std::uint32_t> a(first.matrices[i].mask.begin(), first.matrices[i].mask.end()), b(second.matrices[i].mask.begin(), second.matrices[i].mask.end());
            std::uint64_t naive = 0;
            for (const auto index : a) naive += b.contains(index);
            QCOMPARE(found[i].both, naive);
            QCOMPARE(found[i].only_first, a.size() - naive);
            QCOMPARE(found[i].only_second, b.size() - naive);
            both += naive;
            // Every kind that is there can be seen, however small the picture.
            const QImage image = overlap_image(first.matrices[i], second.matrices[i], 4, {qRgb(255, 255, 255), qRgb(1, 0, 0), qRgb(0, 1, 0), qRgb(0, 0, 1)});
            QCOMPARE(image.size(), QSize(4, 4));
        }
        QVERIFY(both > 0);
        QVERIFY_THROWS_EXCEPTION(InputError, overlaps(first, plan_of(test::synthetic_map({3, 32, 64, 8, 0}), {})));
    }

    void predictionsByWhatTheyTell() {
        job::Predictions all;
        all.labels = {0, 0, 1, 1, 2};
        all.predicted = {0, 1, 1, 0, 2};
        all.logits = {5, 0, 0, /**/ 0, 1, 0, /**/ 0, 0.1F, 0, /**/ 9, 0, 0, /**/ 0, 0, 2};
        QCOMPARE(pick_predictions(all, Shown::worst, 10), (std::vector<std::size_t>{3, 1}));
        QCOMPARE(pick_predictions(all, Shown::best, 2), (std::vector<std::size_t>{0, 4}));
        QCOMPARE(pick_predictions(all, Shown::unsure, 1), (std::vector<std::size_t>{2}));
        QCOMPARE(pick_predictions(all, Shown::pair, 9, std::pair(0, 1)), (std::vector<std::size_t>{1}));
        const auto p = probabilities(all, 0);
        QVERIFY(std::abs(p[0] - std::exp(5.0) / (std::exp(5.0) + 2)) < 1e-9);
    }

    void thePaletteDoesEverything() {
        MainWindow window;
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
        auto* palette = window.findChild<widgets::CommandPalette*>();
        QVERIFY(palette->isVisible());
        auto* edit = palette->findChild<QLineEdit*>();
        QTest::keyClicks(edit, "results");
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY(!palette->isVisible());
        QCOMPARE(window.current_stage(), Stage::results);
        // A field of another page, by its name.
        QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
        QTest::keyClicks(edit, "warm-up epochs");
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(window.current_stage(), Stage::train);
        QTRY_COMPARE(window.focusWidget()->objectName(), QString("recipe-warmup-epochs"));
        // Every action of the menus is in it, and none has another's shortcut.
        QStringList shortcuts;
        for (const auto& command : window.commands())
            if (!command.shortcut.isEmpty()) shortcuts << command.shortcut;
        QVERIFY(shortcuts.size() > 15);
        QCOMPARE(QSet<QString>(shortcuts.begin(), shortcuts.end()).size(), shortcuts.size());
    }

    void everyControlHasAName() {
        QStringList nameless;
        MainWindow window;
        window.show();
        for (const Stage stage : all_stages)
            for (const QWidget* widget : window.page(stage)->findChildren<QWidget*>()) {
                if (widget->focusPolicy() == Qt::NoFocus || widget->isHidden() || widget->objectName().startsWith("qt_")) continue;
                const QWidget* parent = widget->parentWidget();
                if (widget->focusProxy()) continue; // hands the focus on, as a view's inside does
                if (widget->inherits("QComboBoxListView")) continue; // the list a combo box pops up belongs to the box
                if (parent && (parent->inherits("QAbstractSpinBox") || parent->inherits("QComboBox") || parent->inherits("QAbstractItemView"))) continue;
                // A label that is only clicked to mark its text is no control, and its text is its name.
                if (widget->inherits("QLabel") && !(widget->focusPolicy() & Qt::TabFocus)) continue;
                const auto* label = widget->property("text").toString().isEmpty() ? nullptr : widget;
                if (label || !widget->accessibleName().isEmpty() || widget->inherits("QScrollArea") || widget->inherits("QTabBar") ||
                    widget->inherits("QTabWidget") || widget->inherits("QGraphicsView"))
                    continue;
                nameless << word_of(stage) + ": " + widget->metaObject()->className() + " " + widget->objectName() + " in " +
                                (parent ? parent->metaObject()->className() : "nothing");
            }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join("; ")));
    }

    void whatIsDroppedIsTaken() {
        MainWindow window;
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window)); // F8 is a shortcut
        const auto drop = [&](const QString& file) {
            QMimeData mime;
            mime.setUrls({QUrl::fromLocalFile(file)});
            // To the page, as it lies under the pointer: what is not for it has to reach the window.
            QWidget* under = window.page(window.current_stage());
            QDragEnterEvent enter({100, 100}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
            QApplication::sendEvent(under, &enter);
            QDropEvent event({100, 100}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
            QApplication::sendEvent(under, &event);
            return enter.isAccepted();
        };
        QVERIFY(drop(path("tiny.safetensors")));
        QCOMPARE(window.document().project().model.path, (folder_ / "tiny.safetensors").string());
        QCOMPARE(window.current_stage(), Stage::model);
        QVERIFY(drop(path("images")));
        QCOMPARE(window.document().project().data.spec, (folder_ / "images").string());
        QVERIFY(drop(path("s.h5")));
        QCOMPARE(window.document().project().sensitivity.map, (folder_ / "s.h5").string());
        QCOMPARE(window.current_stage(), Stage::sensitivity);
        // Each was an edit: the history lists them, and choosing the first takes all back.
        auto* history = window.findChild<QUndoView*>("history");
        QTest::keyClick(&window, Qt::Key_F8);
        QVERIFY(history->isVisible());
        QCOMPARE(history->model()->rowCount(), 4); // and "as opened"
        history->setCurrentIndex(history->model()->index(0, 0));
        QVERIFY(window.document().project().model.path.empty());
        QTest::keyClick(&window, Qt::Key_F8);
        QVERIFY(!history->isVisible());
        QVERIFY(!drop(path("gone")));
        window.take(path("gone")); // as from the command line
        QVERIFY(window.findChild<QLabel*>("notice-text")->text().contains("gone"));
        QVERIFY(wait_until_settled(window, patience));
        window.document().undo_stack().setClean();
    }

    void jobsStartedElsewhereAreFound() {
        JobHub hub;
        QSignalSpy changed(&hub, &JobHub::jobs_changed);
        hub.set_project_folder(path("shared"));
        QCOMPARE(changed.count(), 1);
        QVERIFY(!hub.look_again());
        QDir().mkpath(path("shared/runs/theirs"));
        QVERIFY(!hub.look_again()); // being made: no command yet
        std::ofstream(folder_ / "shared/runs/theirs/command") << "cdra train";
        QVERIFY(hub.look_again());
        QVERIFY(!hub.look_again());
        QCOMPARE(hub.jobs(JobKind::train).size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(hub.jobs(JobKind::train).first()->attached(), patience);
        QCOMPARE(hub.jobs(JobKind::train).first()->state(), job::JobState::dead); // nobody holds its lock: never shown as running
    }

    void twoMapsSideBySide() {
        sensitivity::write_map(folder_ / "other.h5", test::synthetic_map({3, 64, 128, 8, 0}));
        sensitivity::write_map(folder_ / "smaller.h5", test::synthetic_map({2, 64, 128, 8, 0}));
        MainWindow window;
        window.show();
        window.take(path("s.h5"));
        QVERIFY(wait_until_settled(window, patience));
        window.go_to(Stage::compact);
        auto* panel = static_cast<CompactPage*>(window.page(Stage::compact))->compare();
        panel->open(path("other.h5"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->other() && panel->settled(), patience);
        auto* summary = window.findChild<QLabel*>("compare-summary");
        QTRY_VERIFY_WITH_TIMEOUT(summary->text().contains("sensitive in both"), patience);
        QCOMPARE(window.findChild<widgets::SmallMultiples*>("compare-agreement")->count(), 18);
        // γ moves: the plans are compared anew.
        const QString before = summary->text();
        window.document().edit("share", {}, [](job::Project& p) { p.plan.options.amount = compact::Gamma{0.1}; });
        QTRY_VERIFY_WITH_TIMEOUT(summary->text() != before && summary->text().contains("sensitive in both"), patience);
        // Of another architecture: said, and nothing shown.
        panel->open(path("smaller.h5"));
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<QLabel*>("notice-text")->text().contains("different models"), patience);
        QVERIFY(!panel->other());
        window.document().undo_stack().setClean();
    }

    void brokenFilesAreNamed() {
        test::write_tiny_images(folder_ / "broken");
        // The first training image, which is among those that are shown at once, and a test image, which is not.
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "broken"))
            if (entry.is_regular_file()) files.push_back(entry.path());
        std::ranges::sort(files);
        for (const char* split : {"train", "test"}) {
            const auto of_split = [&](const auto& file) { return file.parent_path().parent_path().filename() == split; };
            std::filesystem::resize_file(*std::ranges::find_if(files, of_split), 20);
        }
        MainWindow window;
        const test::Driver drive(window);
        window.show();
        window.take(path("broken"));
        QVERIFY(wait_until_settled(window, patience));
        // A broken file hides none of the others.
        QVERIFY(drive.find<QTableWidget>("data-splits")->isVisible());
        QVERIFY(drive.find<QLabel>("data-checked")->text().startsWith("✕"));
        auto* bad = drive.find<QTableWidget>("data-bad");
        QCOMPARE(bad->rowCount(), 1);
        drive.click("data-check");
        QTRY_COMPARE_WITH_TIMEOUT(bad->rowCount(), 2, patience);
        QVERIFY(bad->isVisible());
        QSet<QString> splits;
        for (int row = 0; row < 2; ++row) splits << bad->item(row, 0)->text().section(':', 0, 0);
        QCOMPARE(splits, (QSet<QString>{"train", "test"}));
        window.document().undo_stack().setClean();
    }

    void theSessionComesBack() {
        job::Project project;
        project.name = "session";
        project.model.path = (folder_ / "tiny.safetensors").string();
        job::write_project(folder_ / "session.toml", project);
        {
            MainWindow window;
            QVERIFY(!window.restore_session()); // nothing yet
            window.show();
            QVERIFY(window.open_project(path("session.toml")));
            window.go_to(Stage::train);
            QVERIFY(wait_until_settled(window, patience));
            QVERIFY(window.close());
        }
        MainWindow window;
        window.show();
        QVERIFY(window.restore_session());
        QCOMPARE(window.document().file(), path("session.toml"));
        QCOMPARE(window.current_stage(), Stage::train);
        QVERIFY(wait_until_settled(window, patience));
    }

    void chineseIsComplete() {
        QCOMPARE(languages().first().code, QString("en"));
        QVERIFY(install_language(*qApp, "zh_CN"));
        {
            MainWindow window;
            window.show();
            QCOMPARE(title_of(Stage::model), QString("模型"));
            for (const Stage stage : all_stages) QVERIFY(window.minimumSizeHint().width() <= 1280 && !title_of(stage).isEmpty());
            window.resize(1280, 800);
            QVERIFY(window.minimumSizeHint().width() <= 1280);
        }
        for (QTranslator* translator : qApp->findChildren<QTranslator*>()) {
            qApp->removeTranslator(translator);
            delete translator;
        }
        QVERIFY(!install_language(*qApp, "xx"));
    }

  private:
    QTemporaryDir settings_;
    test::TemporaryFolder folder_;
    test::QtFixture fixture_;
};

QTEST_MAIN(PartsTest)
#include "parts_test.moc"
