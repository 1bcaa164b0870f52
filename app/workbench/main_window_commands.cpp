// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The command palette, drag and drop, and the session: what is done from anywhere in the window.
#include "app/workbench/dropped.h"
#include "app/workbench/main_window.h"

#include "app/workbench/notify.h"
#include "app/workbench/sweep_window.h"
#include "widgets/command_palette.h"

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QSlider>
#include <QTabWidget>

namespace cdra::workbench {

namespace {

QString bare(QString text) {
    text.replace("&&", "\n").remove('&').replace('\n', '&');
    return text;
}

void add_menu(std::vector<widgets::Command>& commands, const QMenu* menu, const QString& where) {
    for (QAction* action : menu->actions()) {
        if (action->isSeparator()) continue;
        if (action->menu()) {
            add_menu(commands, action->menu(), where + " ▸ " + bare(action->text()));
            continue;
        }
        if (!action->isEnabled() || action->objectName() == "action-palette") continue;
        commands.push_back({bare(action->text()), where, action->shortcut().toString(QKeySequence::NativeText), [action] { action->trigger(); }});
    }
}

// What can be typed, chosen or pressed on a page.
bool is_control(const QWidget* widget) {
    return qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QAbstractSpinBox*>(widget) ||
           qobject_cast<const QComboBox*>(widget) || qobject_cast<const QLineEdit*>(widget) || qobject_cast<const QSlider*>(widget);
}

// The tabs around a widget are turned to it.
void reveal(QWidget* widget) {
    for (QWidget* around = widget->parentWidget(); around; around = around->parentWidget())
        if (auto* tabs = qobject_cast<QTabWidget*>(around))
            for (int i = 0; i < tabs->count(); ++i)
                if (tabs->widget(i)->isAncestorOf(widget)) tabs->setCurrentIndex(i);
    widget->setFocus(Qt::ShortcutFocusReason);
}

} // namespace

std::vector<widgets::Command> MainWindow::commands() {
    std::vector<widgets::Command> commands;
    fill_recent();
    for (QAction* action : menuBar()->actions())
        if (action->menu()) add_menu(commands, action->menu(), bare(action->text()));
    // Every field of every page can be reached by its name.
    for (Page* page : pages_) {
        const QString where = title_of(page->stage());
        for (QWidget* widget : page->findChildren<QWidget*>()) {
            if (widget->objectName().isEmpty() || widget->objectName().startsWith("qt_") || widget->accessibleName().isEmpty()) continue;
            if (is_control(widget) && !widget->isHidden())
                commands.push_back({widget->accessibleName(), where, {}, [this, page, widget] {
                                        go_to(page->stage());
                                        reveal(widget);
                                    }});
            for (QAction* action : widget->actions())
                if (action->objectName().startsWith("chart-"))
                    commands.push_back({bare(action->text()) + ": " + widget->accessibleName(), where, {}, [this, page, widget, action] {
                                            go_to(page->stage());
                                            reveal(widget);
                                            action->trigger();
                                        }});
        }
    }
    // And every matrix.
    if (const auto model = road_.model()) {
        const auto matrices = checkpoint::candidate_matrices(model->spec);
        for (int i = 0; i < int(matrices.size()); ++i)
            commands.push_back({QString::fromStdString(matrices[std::size_t(i)].name), tr("select matrix"), {}, [this, i] { selection_.set(i); }});
    }
    return commands;
}

void MainWindow::open_palette() { palette_->open(commands()); }

void MainWindow::show_sweeps() {
    if (!sweeps_) {
        sweeps_ = new SweepWindow(this);
        connect(sweeps_, &SweepWindow::failed, this, [this](const QString& message) { show_notice(message, true); });
    }
    sweeps_->suggest(QString::fromStdString(document_.project().model.path));
    sweeps_->show();
    sweeps_->raise();
    sweeps_->activateWindow();
}

void MainWindow::take(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    const auto set = [&](const QString& what, Stage stage, auto change) {
        document_.edit(what, {}, change);
        go_to(stage);
    };
    switch (kind_of(path)) {
    case Dropped::nothing: return show_notice(tr("%1 is not there any more.").arg(path), true);
    case Dropped::project:
        if (settle_unsaved(tr("before opening another project")))
            open_project(QFileInfo(absolute).isDir() ? absolute + "/project.toml" : absolute);
        return;
    case Dropped::image:
        return show_notice(tr("%1 is one image: drop the folder of all of them.").arg(QFileInfo(path).fileName()), true);
    case Dropped::map:
        return set(tr("choose the sensitivity map"), Stage::sensitivity, [&](job::Project& p) { p.sensitivity.map = absolute.toStdString(); });
    case Dropped::model:
        return set(tr("choose the model"), Stage::model, [&](job::Project& p) {
            p.model.path = absolute.toStdString();
            p.model.heads.reset();
        });
    case Dropped::data: return set(tr("choose the data"), Stage::data, [&](job::Project& p) { p.data.spec = absolute.toStdString(); });
    }
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (kind_of(*event) != Dropped::nothing) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) take(url.toLocalFile());
}

void MainWindow::keep_session() {
    QSettings settings;
    settings.setValue("geometry", saveGeometry());
    settings.setValue("session/project", document_.file());
    settings.setValue("session/page", int(current_stage()));
    settings.setValue("session/matrix", selection_.index());
    settings.setValue("session/inspector", inspector_action_->isChecked());
}

bool MainWindow::restore_session() {
    const QSettings settings;
    const QString file = settings.value("session/project").toString();
    inspector_action_->setChecked(settings.value("session/inspector", true).toBool());
    if (file.isEmpty() || !QFileInfo::exists(file) || !open_project(file)) return false;
    go_to(all_stages[std::size_t(std::clamp(settings.value("session/page").toInt(), 0, stage_count - 1))]);
    if (const int matrix = settings.value("session/matrix", -1).toInt(); matrix >= 0) selection_.set(matrix);
    return true;
}

void MainWindow::announce(JobClient* job, job::JobState how) {
    if (how == job::JobState::stopped) return; // the user did it
    const bool good = how == job::JobState::done;
    QString text;
    if (good) {
        text = hub_.jobs(JobKind::train).contains(job) ? tr("Its results are on the Results page.") : tr("The map is on the Sensitivity page.");
        if (const auto accuracy = job->results().constFind("test/accuracy"); accuracy != job->results().constEnd())
            text = tr("Test accuracy %1 %.").arg(100 * *accuracy, 0, 'f', 2) + " " + text;
    } else {
        // The last lines say what it was doing; the advice what to do.
        text = (job->log().mid(std::max<qsizetype>(0, job->log().size() - 3)) << job->advice()).join('\n').trimmed();
    }
    const QString title = good ? tr("%1 is done").arg(job->name()) : tr("%1 failed").arg(job->name());
    if (!isActiveWindow()) {
        notify(title, text, !good);
        QApplication::alert(this);
    }
    if (good) show_notice(title + ". " + text, false);
}

} // namespace cdra::workbench
