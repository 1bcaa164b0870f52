// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Undo, saving, recovery: what a person's edits go through.
#include "app/workbench/document.h"
#include "app/workbench/launcher.h"
#include "app/workbench/recovery.h"
#include "app/workbench/road_values.h"
#include "core/base/error.h"
#include "tests/app/workbench/driver.h"
#include "tests/support/qt_fixture.h"
#include "tests/support/temporary_folder.h"

#include <QSignalSpy>

using namespace cdra;
using workbench::ProjectDocument;

class DocumentTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { test::isolate(settings_); }
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void editsAreUndoable() {
        ProjectDocument document;
        QSignalSpy changed(&document, &ProjectDocument::changed);
        document.edit("epochs", {}, [](job::Project& p) { p.recipe.epochs = 7; });
        document.edit("rank", {}, [](job::Project& p) { p.plan.options.edited_ranks["blocks.0.attn.q"] = 3; });
        document.edit("nothing", {}, [](job::Project& p) { p.recipe.epochs = 7; });
        QCOMPARE(changed.count(), 2);
        QCOMPARE(document.undo_stack().count(), 2);
        document.undo_stack().undo();
        QVERIFY(document.project().plan.options.edited_ranks.empty());
        QCOMPARE(document.project().recipe.epochs, 7);
        document.undo_stack().undo();
        QCOMPARE(document.project().recipe.epochs, 100);
        document.undo_stack().redo();
        QCOMPARE(document.project().recipe.epochs, 7);
    }

    void aDragIsOneStep() {
        ProjectDocument document;
        for (int i = 1; i <= 20; ++i)
            document.edit("share", "amount", [i](job::Project& p) { p.plan.options.amount = compact::Gamma{i * 1e-3}; });
        document.edit("seed", "seed", [](job::Project& p) { p.run.seed = 5; });
        QCOMPARE(document.undo_stack().count(), 2);
        document.undo_stack().undo();
        document.undo_stack().undo();
        QCOMPARE(std::get<compact::Gamma>(document.project().plan.options.amount).value, 0.0043);
    }

    void savedAndOpened() {
        const QString file = path("saved/project.toml");
        ProjectDocument document;
        QVERIFY_EXCEPTION_THROWN(document.save(), InputError);
        document.edit("epochs", {}, [](job::Project& p) { p.recipe.epochs = 12; });
        QVERIFY(document.modified());
        document.save_as(file);
        QVERIFY(!document.modified());
        QCOMPARE(document.folder(), path("saved"));
        document.edit("epochs", {}, [](job::Project& p) { p.recipe.epochs = 13; });
        QVERIFY(document.modified());
        document.undo_stack().undo();
        QVERIFY(!document.modified()); // back at what is on disk

        ProjectDocument other;
        QSignalSpy replaced(&other, &ProjectDocument::replaced);
        other.open(file);
        QCOMPARE(replaced.count(), 1);
        QCOMPARE(other.project().recipe.epochs, 12);
        QVERIFY(workbench::recent_projects().contains(file));
        QVERIFY_EXCEPTION_THROWN(other.open(path("missing.toml")), InputError);
        QCOMPARE(other.file(), file); // a failed opening changes nothing
        QCOMPARE(other.project().recipe.epochs, 12);
    }

    void untitledGetsAFolder() {
        ProjectDocument first, second;
        first.save_untitled(path("parent"));
        second.save_untitled(path("parent"));
        QCOMPARE(first.file(), path("parent/project-1/project.toml"));
        QCOMPARE(second.file(), path("parent/project-2/project.toml"));
    }

    void unsavedWorkSurvivesACrash() {
        const QString recovery = path("recovery");
        job::Project saved;
        saved.name = "kept";
        job::write_project(folder_ / "kept.toml", saved);
        QString left;
        {
            ProjectDocument document(recovery);
            document.open(path("kept.toml"));
            document.edit("epochs", {}, [](job::Project& p) { p.recipe.epochs = 77; });
            document.write_recovery();
            QVERIFY(workbench::abandoned_projects(recovery).isEmpty()); // its window lives
            // The document goes without forget_recovery(): as far as the disk can tell, a crash.
        }
        const auto found = workbench::abandoned_projects(recovery);
        QCOMPARE(found.size(), 1);
        QCOMPARE(found.first().project_file, path("kept.toml"));

        ProjectDocument document(recovery);
        document.adopt_recovered(found.first().recovery_file);
        QCOMPARE(document.project().recipe.epochs, 77);
        QCOMPARE(document.file(), path("kept.toml"));
        QVERIFY(document.modified());
        document.undo_stack().undo();
        QCOMPARE(document.project().recipe.epochs, 100); // what had been saved
        QVERIFY(!QFileInfo::exists(found.first().recovery_file));
        document.forget_recovery();
        QVERIFY(QDir(recovery).entryList({"*.toml"}, QDir::Files).isEmpty());
    }

    void aProperEndLeavesNothing() {
        const QString recovery = path("recovery-2");
        {
            ProjectDocument document(recovery);
            document.edit("epochs", {}, [](job::Project& p) { p.recipe.epochs = 8; });
            document.write_recovery();
            document.forget_recovery();
        }
        QVERIFY(workbench::abandoned_projects(recovery).isEmpty());
    }

    void dataSpecs() {
        using workbench::DataSpec;
        const DataSpec spec = DataSpec::parse("fashion-mnist:/data/fashion?train=1000&seed=3");
        QCOMPARE(spec.layout, QString("fashion-mnist"));
        QCOMPARE(spec.path, QString("/data/fashion"));
        QCOMPARE(spec.train, 1000);
        QCOMPARE(spec.seed, 3);
        QCOMPARE(spec.text(), QString("fashion-mnist:/data/fashion?train=1000&seed=3"));
        QCOMPARE(DataSpec::parse("/with:colon/x").path, QString("/with:colon/x"));
        QCOMPARE(DataSpec::parse("/plain").text(), QString("/plain"));
        QVERIFY(DataSpec().text().isEmpty());
    }

    void commandsAreShownAsTheyRun() {
        job::Project project;
        project.model.path = "/m odel.safetensors";
        project.data.spec = "/images?train=10";
        const QStringList words = workbench::sensitivity_arguments(project, "/s.h5", "/job", 10);
        QCOMPARE(words.value(words.indexOf("--samples") + 1), QString("10"));
        QVERIFY(workbench::shell_text(words).startsWith("cdra sensitivity --model '/m odel.safetensors' --data '/images?train=10'"));
        QCOMPARE(workbench::shell_text({"it's"}), QString("cdra 'it'\\''s'"));
    }

  private:
    QString path(const char* name) const { return QString::fromStdString((folder_ / name).string()); }
    QTemporaryDir settings_;
    test::TemporaryFolder folder_;
    test::QtFixture fixture_;
};

QTEST_MAIN(DocumentTest)
#include "document_test.moc"
