// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The window's menus: every action with its shortcut.
#include "app/workbench/main_window.h"

#include "app/workbench/help.h"
#include "app/workbench/pages/compact_page.h"
#include "app/workbench/pages/data_page.h"
#include "app/workbench/pages/model_page.h"
#include "app/workbench/pages/results_page.h"
#include "app/workbench/translations.h"
#include "widgets/chart_export.h"
#include "widgets/inspector.h"
#include "widgets/job_bar.h"
#include "widgets/log_pane.h"
#include "widgets/theme.h"

#include <QActionGroup>
#include <QApplication>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QUndoView>

namespace cdra::workbench {

namespace {

template <class Act>
QAction* add(QMenu* menu, const QString& text, const QString& object_name, const QKeySequence& shortcut, QObject* owner, Act act) {
    QAction* action = menu->addAction(text);
    action->setObjectName(object_name);
    action->setShortcut(shortcut);
    QObject::connect(action, &QAction::triggered, owner, act);
    return action;
}

} // namespace

void MainWindow::build_menus() {
    build_file_menu();
    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    QAction* undo = document_.undo_stack().createUndoAction(this, tr("&Undo"));
    undo->setObjectName("action-undo");
    undo->setShortcut(QKeySequence::Undo);
    QAction* redo = document_.undo_stack().createRedoAction(this, tr("&Redo"));
    redo->setObjectName("action-redo");
    redo->setShortcuts({QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)});
    edit->addAction(undo);
    edit->addAction(redo);
    edit->addSeparator();
    add(edit, tr("&Find a command…"), "action-palette", QKeySequence(Qt::CTRL | Qt::Key_K), this, [this] { open_palette(); });
    build_view_menu();
    build_run_menu();
    build_help_menu();
}

void MainWindow::build_file_menu() {
    QMenu* file = menuBar()->addMenu(tr("&File"));
    add(file, tr("&New project"), "action-new", QKeySequence::New, this, [this] { new_project(); });
    add(file, tr("&Open project…"), "action-open", QKeySequence::Open, this, [this] { choose_and_open(); });
    recent_menu_ = file->addMenu(tr("Open &recent"));
    connect(recent_menu_, &QMenu::aboutToShow, this, &MainWindow::fill_recent);
    file->addSeparator();
    add(file, tr("Open &checkpoint…"), "action-open-model", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M), this, [this] {
        go_to(Stage::model);
        model_page_->browse();
    });
    add(file, tr("Open &data…"), "action-open-data", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D), this, [this] {
        go_to(Stage::data);
        data_page_->browse();
    });
    add(file, tr("Re&load from disk"), "action-reload", QKeySequence::Refresh, this, [this] { road_.reload(); });
    file->addSeparator();
    add(file, tr("&Save"), "action-save", QKeySequence::Save, this, [this] { save(); });
    add(file, tr("Save &as…"), "action-save-as", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A), this, [this] { save_as(); });
    add(file, tr("&Export results…"), "action-export", QKeySequence(Qt::CTRL | Qt::Key_E), this, [this] {
        go_to(Stage::results);
        results_page_->show_export();
    });
    add(file, tr("Export &figures…"), "action-export-figures", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), this, [this] {
        go_to(Stage::compact);
        compact_page_->export_figures();
    });
    QMenu* dots = file->addMenu(tr("Resolution of &pictures"));
    auto* resolutions = new QActionGroup(this);
    for (const int dpi : {150, 300, 600, 1200}) {
        QAction* action = dots->addAction(tr("%1 dots per inch").arg(dpi));
        action->setObjectName(QString("action-dpi-%1").arg(dpi));
        action->setCheckable(true);
        action->setChecked(widgets::figure_dpi() == dpi);
        resolutions->addAction(action);
        connect(action, &QAction::triggered, this, [dpi] { widgets::set_figure_dpi(dpi); });
    }
    file->addSeparator();
    add(file, tr("&Quit"), "action-quit", QKeySequence(Qt::CTRL | Qt::Key_Q), this, [this] { close(); });
}

void MainWindow::fill_recent() {
    recent_menu_->clear();
    const QStringList files = recent_projects();
    for (const QString& file : files)
        connect(recent_menu_->addAction(file), &QAction::triggered, this, [this, file] {
            if (settle_unsaved(tr("before opening another project"))) open_project(file);
        });
    if (files.isEmpty()) recent_menu_->addAction(tr("none yet"))->setEnabled(false);
}

void MainWindow::build_view_menu() {
    QMenu* view = menuBar()->addMenu(tr("&View"));
    for (const Stage stage : all_stages)
        add(view, title_of(stage), "action-page-" + word_of(stage), QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + int(stage))), this,
            [this, stage] { go_to(stage); });
    view->addSeparator();
    inspector_action_ = view->addAction(tr("&Inspector"));
    inspector_action_->setObjectName("action-inspector");
    inspector_action_->setShortcut(Qt::Key_F9);
    inspector_action_->setCheckable(true);
    inspector_action_->setChecked(true);
    connect(inspector_action_, &QAction::toggled, inspector_side_, &QWidget::setVisible);
    log_action_ = view->addAction(tr("&Log"));
    log_action_->setObjectName("action-log");
    log_action_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_L));
    log_action_->setCheckable(true);
    connect(log_action_, &QAction::toggled, this, [this](bool shown) {
        log_->setVisible(shown);
        job_bar_->setLogShown(shown);
    });
    QAction* history = view->addAction(tr("&History of changes"));
    history->setObjectName("action-history");
    history->setShortcut(Qt::Key_F8);
    history->setCheckable(true);
    connect(history, &QAction::toggled, this, [this](bool shown) {
        history_->setVisible(shown);
        if (shown) inspector_action_->setChecked(true); // it stands below the inspector
    });
    add(view, tr("&Compare with another plan…"), "action-compare", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), this, [this] {
        go_to(Stage::compact);
        compact_page_->show_compare();
    });
    view->addSeparator();
    QMenu* theme = view->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(this);
    const QString chosen = QSettings().value("theme", "system").toString();
    const std::pair<const char*, widgets::Appearance> themes[] = {{QT_TR_NOOP("system"), widgets::Appearance::system},
                                                                  {QT_TR_NOOP("light"), widgets::Appearance::light},
                                                                  {QT_TR_NOOP("dark"), widgets::Appearance::dark}};
    for (const auto& [word, appearance] : themes) {
        QAction* action = theme->addAction(tr(word));
        action->setObjectName(QString("action-theme-") + word);
        action->setCheckable(true);
        action->setChecked(chosen == word);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [word = QString(word), appearance = appearance] {
            QSettings().setValue("theme", word);
            widgets::apply_theme(*qApp, appearance);
        });
    }
    QMenu* language = view->addMenu(tr("L&anguage"));
    auto* tongues = new QActionGroup(this);
    const QString now = chosen_language();
    const auto offer = [&](const QString& code, const QString& name) {
        QAction* action = language->addAction(name);
        action->setObjectName("action-language-" + (code.isEmpty() ? QString("system") : code));
        action->setCheckable(true);
        action->setChecked(now == code);
        tongues->addAction(action);
        connect(action, &QAction::triggered, this, [this, code] {
            choose_language(code);
            show_notice(tr("The language changes when the program is opened again."), false);
        });
    };
    offer({}, tr("as the desktop"));
    for (const Language& one : languages()) offer(one.code, one.name);
}

void MainWindow::build_run_menu() {
    QMenu* run = menuBar()->addMenu(tr("&Run"));
    add(run, tr("Compute &sensitivity"), "action-sensitivity", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), this,
        [this] { runner_.compute_sensitivity(); });
    add(run, tr("Start &training"), "action-train", QKeySequence(Qt::CTRL | Qt::Key_Return), this, [this] {
        go_to(Stage::train);
        runner_.train_or_enqueue();
    });
    add(run, tr("Add to the &queue"), "action-enqueue", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return), this, [this] {
        go_to(Stage::train);
        runner_.enqueue();
    });
    run->addSeparator();
    pause_action_ = add(run, tr("&Pause"), "action-pause", QKeySequence(Qt::CTRL | Qt::Key_P), this, [this] {
        if (const auto running = hub_.active(); !running.isEmpty()) runner_.pause(running.last());
    });
    stop_action_ = add(run, tr("S&top and save"), "action-stop", QKeySequence(Qt::CTRL | Qt::Key_Period), this, [this] {
        if (const auto running = hub_.active(); !running.isEmpty()) runner_.stop(running.last());
    });
    resume_action_ = add(run, tr("&Resume"), "action-resume", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R), this, [this] {
        if (JobClient* job = hub_.newest(JobKind::train)) {
            go_to(Stage::train);
            runner_.resume(job);
        }
    });
    run->addSeparator();
    add(run, tr("S&weeps…"), "action-sweeps", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_W), this, [this] { show_sweeps(); });
    refresh_run_actions();
}

void MainWindow::build_help_menu() {
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    const auto show = [this](const QString& title, const QString& text) {
        auto* box = new QMessageBox(QMessageBox::NoIcon, title, text, QMessageBox::Close, this);
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->setModal(false);
        box->show();
    };
    add(help, tr("What the &terms mean"), "action-terms", QKeySequence::HelpContents, this, [this] { show_help(this, help_word(current_stage())); });
    add(help, tr("&About"), "action-about", {}, this, [show] {
        show(tr("About"), tr("<p><b>CDRA workbench</b> %1</p><p>Sensitivity analysis and compact dynamic-rank fine-tuning of vision "
                             "transformers.</p><p>GPL-3.0-or-later; the command cdra and its libraries Apache-2.0.</p>")
                              .arg(CDRA_VERSION));
    });
}

} // namespace cdra::workbench
