// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/headless.h"

#include "app/workbench/main_window.h"
#include "core/base/error.h"
#include "core/compact/plan.h"
#include "widgets/figure.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QTabWidget>
#include <QEventLoop>
#include <QThread>

#include <iostream>

namespace cdra::workbench {

int export_figures_of(const QString& plan_file, const QString& folder) {
    const compact::CompactPlan plan = compact::read_plan(plan_file.toStdString());
    for (const auto& file : widgets::figures::export_figures(folder.toStdString(), plan)) std::cout << file.string() << '\n';
    return exit_codes::done;
}

bool wait_until_settled(MainWindow& window, int timeout_ms) {
    QElapsedTimer clock;
    clock.start();
    // A value that arrives starts the next one; only a while of quiet means that nothing more comes.
    for (int quiet = 0; quiet < 10;) {
        if (clock.elapsed() > timeout_ms) return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        QThread::msleep(10);
        quiet = window.settled() ? quiet + 1 : 0;
    }
    return true;
}

int take_screenshots(MainWindow& window, const QString& folder) {
    if (!QDir().mkpath(folder)) throw IoError("the folder " + folder.toStdString() + " can't be made: choose another");
    constexpr int patience_ms = 120000;
    if (!wait_until_settled(window, patience_ms)) throw Error("the project was not loaded within two minutes");
    for (const Stage stage : all_stages) {
        window.go_to(stage);
        const auto save = [&](const QString& part) {
            if (!wait_until_settled(window, patience_ms)) throw Error("a page was not drawn within two minutes");
            const QString file = QDir(folder).filePath(QString::number(int(stage) + 1) + "-" + word_of(stage) + part + ".png");
            if (!window.grab().save(file)) throw IoError(file.toStdString() + " can't be written: is the disk full?");
            std::cout << file.toStdString() << '\n';
        };
        save({});
        auto* tabs = window.page(stage)->findChild<QTabWidget*>();
        for (int i = 1; tabs && i < tabs->count(); ++i) {
            if (!tabs->isTabVisible(i)) continue;
            tabs->setCurrentIndex(i);
            save("-" + tabs->tabText(i).remove('&').toLower());
        }
        if (tabs) tabs->setCurrentIndex(0);
    }
    return exit_codes::done;
}

} // namespace cdra::workbench
