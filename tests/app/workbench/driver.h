// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Drives the real window as a person does: by keys and the mouse, on widgets found by their object names.
#pragma once

#include "app/workbench/headless.h"
#include "app/workbench/main_window.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include "widgets/command_palette.h"

#include <QComboBox>
#include <QDir>
#include <QLineEdit>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace cdra::test {

// Settings and the recovery folder of the person who runs the tests stay untouched; the worker is the one just built.
inline void isolate(const QTemporaryDir& folder) {
    QStandardPaths::setTestModeEnabled(true);
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
    QCoreApplication::setOrganizationName("cdra-workbench-test");
    if (!qEnvironmentVariableIsSet("CDRA_COMMAND")) qputenv("CDRA_COMMAND", CDRA_BIN_DIR "/cdra");
}

// A tiny model, images to learn, and folder/project.toml that trains the head on them with one thread.
inline job::Project tiny_project(const TemporaryFolder& folder, const std::string& name, int epochs) {
    write_tiny_vit(folder / "tiny.safetensors");
    write_tiny_images(folder / "images");
    job::Project project;
    project.name = name;
    project.method = "linear";
    project.model.path = (folder / "tiny.safetensors").string();
    project.data.spec = (folder / "images").string();
    project.recipe.epochs = epochs;
    project.recipe.warmup_epochs = 0;
    project.recipe.batch_size = 16;
    project.run.device = "cpu";
    project.run.threads = 1;
    job::write_project(folder / "project.toml", project);
    return project;
}

class Driver {
  public:
    explicit Driver(workbench::MainWindow& window) : window_(window) {}

    template <class Widget> Widget* find(const char* name) const {
        auto* widget = window_.findChild<Widget*>(name);
        if (!widget) qFatal("there is no widget %s", name);
        return widget;
    }
    void click(const char* name) const {
        auto* widget = find<QWidget>(name);
        if (!widget->isVisible() || !widget->isEnabled()) qFatal("%s can't be clicked", name);
        QTest::mouseClick(widget, Qt::LeftButton);
    }
    // Replaces the text of a line edit or a spin box by typing, then Return.
    void type(const char* name, const QString& text) const {
        auto* widget = find<QWidget>(name);
        widget->setFocus();
        QTest::keyClick(widget, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(widget, text);
        QTest::keyClick(widget, Qt::Key_Return);
    }
    // Chooses a combo box's item by the keyboard, as Up and Down do.
    void choose(const char* name, const QString& data) const {
        auto* box = find<QComboBox>(name);
        box->setFocus();
        const int wanted = box->findData(data);
        if (wanted < 0) qFatal("%s offers no %s", name, qPrintable(data));
        while (box->currentIndex() != wanted)
            QTest::keyClick(box, box->currentIndex() < wanted ? Qt::Key_Down : Qt::Key_Up);
    }
    void page(int number) const {
        QTest::keyClick(&window_, Qt::Key(Qt::Key_0 + number), Qt::ControlModifier);
    }
    void picture(const QString& name) const {
        QString folder = qEnvironmentVariable("CDRA_SCREENSHOTS");
        if (folder.isEmpty()) folder = CDRA_BIN_DIR "/../screenshots";
        QDir().mkpath(folder);
        window_.grab().save(folder + "/" + name + ".png");
    }
    // The command palette: what is typed, and Return on the first of what is found.
    void command(const QString& words) const {
        QTest::keyClick(&window_, Qt::Key_K, Qt::ControlModifier);
        auto* edit = window_.findChild<widgets::CommandPalette*>()->findChild<QLineEdit*>();
        QTest::keyClicks(edit, words);
        QTest::keyClick(edit, Qt::Key_Return);
        QCoreApplication::processEvents(); // the focus follows
    }
    bool settle() const { return workbench::wait_until_settled(window_, 120000); }

  private:
    workbench::MainWindow& window_;
};

// The process that holds a job's lock writes its number into it.
inline int worker_of(const std::filesystem::path& job) {
    std::ifstream file(job / "lock");
    int pid = 0;
    file >> pid;
    return pid;
}

} // namespace cdra::test
