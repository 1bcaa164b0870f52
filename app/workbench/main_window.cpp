// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/main_window.h"

#include "app/workbench/launcher.h"
#include "app/workbench/pages/compact_page.h"
#include "app/workbench/pages/data_page.h"
#include "app/workbench/pages/model_page.h"
#include "app/workbench/pages/ranks_page.h"
#include "app/workbench/pages/results_page.h"
#include "app/workbench/pages/sensitivity_page.h"
#include "app/workbench/pages/train_page.h"
#include "app/workbench/page_stack.h"
#include "app/workbench/recovery.h"
#include "widgets/command_palette.h"
#include "widgets/format.h"
#include "widgets/inspector.h"
#include "widgets/job_bar.h"
#include "widgets/log_pane.h"
#include "widgets/stage_rail.h"
#include "widgets/theme.h"

#include <QCloseEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStyle>
#include <QToolButton>
#include <QUndoView>
#include <QVBoxLayout>

namespace cdra::workbench {

MainWindow::MainWindow(const QString& recovery_folder, QWidget* parent)
    : QMainWindow(parent), recovery_folder_(recovery_folder), document_(recovery_folder), road_(document_, hub_),
      runner_(document_, road_, hub_), bench_{document_, hub_, road_, runner_, selection_} {
    setObjectName("main-window");
    build_pages();
    build_window();
    build_menus();
    connect_jobs();

    connect(&document_, &ProjectDocument::changed, this, [this] {
        refresh_title();
        refresh_header();
    });
    connect(&document_, &ProjectDocument::file_changed, this, &MainWindow::refresh_title);
    connect(&document_, &ProjectDocument::modified_changed, this, &MainWindow::refresh_title);
    connect(&document_, &ProjectDocument::recovery_failed, this, [this](const QString& message) { show_notice(message, true); });
    connect(&road_, &Road::states_changed, this, &MainWindow::refresh_rail);
    connect(&road_, &Road::model_changed, this, [this] {
        refresh_header();
        refresh_inspector();
    });
    connect(&road_, &Road::data_changed, this, &MainWindow::refresh_header);
    connect(&road_, &Road::plan_changed, this, [this] {
        suggest_matrix();
        refresh_inspector();
    });
    connect(&document_, &ProjectDocument::replaced, &selection_, &MatrixSelection::forget);
    connect(&selection_, &MatrixSelection::changed, this, &MainWindow::refresh_inspector);
    connect(&runner_, &Runner::failed, this, [this](const QString& message) { show_notice(message, true); });
    connect(&runner_, &Runner::told, this, [this](const QString& message) { show_notice(message, false); });
    refresh_title();
    refresh_header();
    refresh_rail();
    refresh_inspector();
    go_to(Stage::model);

    resize(1280, 800);
    const QByteArray geometry = QSettings().value("geometry").toByteArray();
    if (!geometry.isEmpty()) restoreGeometry(geometry);
    // Frame and all on the screen, whatever was remembered from a larger one.
    const QSize frame(8, style()->pixelMetric(QStyle::PM_TitleBarHeight) + 8);
    if (!isMaximized() && !isFullScreen()) resize(size().boundedTo(screen()->availableSize() - frame));
}

MainWindow::~MainWindow() {
    // Pages look at the road and the hub, which are members and die before the base class would delete the pages.
    delete takeCentralWidget();
}

void MainWindow::build_pages() {
    stack_ = new PageStack;
    stack_->setObjectName("pages");
    model_page_ = new ModelPage(bench_);
    data_page_ = new DataPage(bench_);
    compact_page_ = new CompactPage(bench_);
    train_page_ = new TrainPage(bench_);
    results_page_ = new ResultsPage(bench_);
    pages_ = {model_page_, data_page_,  new SensitivityPage(bench_), compact_page_, new RanksPage(bench_),
              train_page_, results_page_};
    for (Page* page : pages_) {
        stack_->addWidget(page);
        connect(page, &Page::go_to, this, &MainWindow::go_to);
        connect(page, &Page::open_project_asked, this, [this](const QString& file) {
            if (file.isEmpty()) choose_and_open();
            else if (settle_unsaved(tr("before opening another project"))) open_project(file);
        });
        connect(page, &Page::failed, this, [this](const QString& message) { show_notice(message, true); });
        connect(page, &Page::told, this, [this](const QString& message) { show_notice(message, false); });
    }
}

void MainWindow::build_window() {
    QStringList names;
    for (const Stage stage : all_stages) names << title_of(stage);
    rail_ = named(new widgets::StageRail(names), "rail", tr("The road"));
    connect(rail_, &widgets::StageRail::activated, this, [this](int stage) { go_to(all_stages[std::size_t(stage)]); });

    header_ = value_label("header", tr("Project, model and data"));
    header_->setContentsMargins(2 * widgets::grid, widgets::grid, 2 * widgets::grid, 0);
    header_->setForegroundRole(QPalette::PlaceholderText);

    notice_ = new QWidget;
    notice_->setObjectName("notice");
    notice_->setAutoFillBackground(true);
    auto* notice_layout = new QHBoxLayout(notice_);
    notice_layout->setContentsMargins(2 * widgets::grid, widgets::grid / 2, widgets::grid, widgets::grid / 2);
    notice_text_ = value_label("notice-text", tr("Notice"));
    notice_text_->setWordWrap(true);
    notice_layout->addWidget(notice_text_, 1);
    auto* dismiss = named(new QToolButton, "notice-dismiss", tr("Dismiss the notice"));
    dismiss->setText("✕");
    dismiss->setAutoRaise(true);
    dismiss->setToolTip(tr("Dismiss"));
    connect(dismiss, &QToolButton::clicked, notice_, &QWidget::hide);
    notice_layout->addWidget(dismiss);
    notice_->hide();
    notice_timer_.setSingleShot(true);
    notice_timer_.setInterval(10000);
    connect(&notice_timer_, &QTimer::timeout, notice_, &QWidget::hide);

    log_ = named(new widgets::LogPane, "log", tr("Log of the job"));
    log_->hide();
    auto* middle = new QSplitter(Qt::Vertical);
    middle->addWidget(stack_);
    middle->addWidget(log_);
    middle->setStretchFactor(0, 1);
    middle->setStretchFactor(1, 0);
    middle->setSizes({600, 160});
    middle->setCollapsible(0, false);

    inspector_ = named(new widgets::Inspector, "inspector", tr("Inspector of the selected matrix"));
    inspector_side_ = new QWidget;
    auto* side = new QVBoxLayout(inspector_side_);
    side->setContentsMargins(0, widgets::grid, 0, 0);
    side->addWidget(inspector_, 1);
    history_ = named(new QUndoView(&document_.undo_stack()), "history", tr("History of changes"));
    history_->setEmptyLabel(tr("as opened"));
    history_->setToolTip(tr("Every change in order; choose one to go back to it, or forth."));
    history_->hide();
    side->addWidget(history_, 1);
    inspector_side_->setFixedWidth(232);

    job_bar_ = named(new widgets::JobBar, "job-bar", tr("Running job"));
    job_bar_->hide();

    auto* centre = new QWidget;
    auto* outer = new QVBoxLayout(centre);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    auto* across = new QHBoxLayout;
    across->setSpacing(0);
    across->addWidget(rail_);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    auto* top = new QHBoxLayout;
    top->addWidget(header_, 1);
    auto* search = named(new QToolButton, "open-palette", tr("Search all commands"));
    search->setText(tr("⌕  Ctrl+K"));
    search->setAutoRaise(true);
    search->setToolTip(tr("Search all commands, settings and matrices (Ctrl+K)"));
    search->setFocusPolicy(Qt::TabFocus);
    connect(search, &QToolButton::clicked, this, &MainWindow::open_palette);
    top->addWidget(search, 0, Qt::AlignBottom);
    top->addSpacing(2 * widgets::grid);
    column->addLayout(top);
    column->addWidget(notice_);
    column->addWidget(middle, 1);
    across->addLayout(column, 1);
    across->addWidget(inspector_side_);
    outer->addLayout(across, 1);
    outer->addWidget(job_bar_);
    setCentralWidget(centre);
    palette_ = new widgets::CommandPalette(centre);
    setAcceptDrops(true);
    setAnimated(false); // there are no docks to move, and every change of layout would start an animation
}

bool MainWindow::open_project(const QString& file) {
    try {
        document_.open(file);
        return true;
    } catch (const std::exception& error) {
        show_notice(tr("The project can't be opened: %1").arg(QString::fromUtf8(error.what())), true);
        return false;
    }
}

void MainWindow::offer_recovery() {
    const auto found = recovery_folder_.isEmpty() ? QList<RecoveredProject>() : abandoned_projects(recovery_folder_);
    if (found.isEmpty()) return;
    const RecoveredProject newest = found.first();
    auto* box = new QMessageBox(QMessageBox::Question, tr("Unsaved work"),
                                tr("A window ended unexpectedly with unsaved work on %1 (%2).")
                                    .arg(newest.project_file.isEmpty() ? tr("an untitled project") : newest.project_file, newest.when),
                                QMessageBox::NoButton, this);
    box->setObjectName("recovery-box");
    box->setInformativeText(tr("Recovering opens it as it was; you can still undo back to the saved project."));
    auto* recover = box->addButton(tr("&Recover"), QMessageBox::AcceptRole);
    auto* discard = box->addButton(tr("&Discard"), QMessageBox::DestructiveRole);
    auto* later = box->addButton(tr("&Later"), QMessageBox::RejectRole);
    box->setDefaultButton(recover);
    box->setEscapeButton(later);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setModal(false);
    connect(box, &QMessageBox::buttonClicked, this, [this, newest, recover, discard](QAbstractButton* clicked) {
        try {
            if (clicked == recover) document_.adopt_recovered(newest.recovery_file);
            else if (clicked == discard) QFile::remove(newest.recovery_file);
        } catch (const std::exception& error) {
            show_notice(tr("The unsaved work can't be recovered: %1").arg(QString::fromUtf8(error.what())), true);
        }
    });
    box->show();
    box->activateWindow(); // the window itself is still being shown, and would take the keys
}

Stage MainWindow::current_stage() const { return all_stages[std::size_t(stack_->currentIndex())]; }

void MainWindow::go_to(Stage stage) {
    stack_->setCurrentIndex(int(stage));
    rail_->setCurrent(int(stage));
    inspector_->setNotes(page(stage)->notes());
}

bool MainWindow::settled() const {
    if (road_.busy()) return false;
    for (const Page* page : pages_)
        if (!page->settled()) return false;
    return true;
}

void MainWindow::new_project() {
    if (settle_unsaved(tr("before beginning a new project"))) document_.start_new();
}

void MainWindow::choose_and_open() {
    if (!settle_unsaved(tr("before opening another project"))) return;
    const QString file = QFileDialog::getOpenFileName(this, tr("Open project"), document_.folder(), tr("Projects (*.toml);;All files (*)"));
    if (!file.isEmpty()) open_project(file);
}

bool MainWindow::save() {
    if (document_.file().isEmpty()) return save_as();
    try {
        document_.save();
        return true;
    } catch (const std::exception& error) {
        show_notice(tr("The project was not saved: %1").arg(QString::fromUtf8(error.what())), true);
        return false;
    }
}

bool MainWindow::save_as() {
    const QString start = document_.file().isEmpty() ? Runner::default_parent() + "/project.toml" : document_.file();
    const QString file = QFileDialog::getSaveFileName(this, tr("Save project"), start, tr("Projects (*.toml)"));
    if (file.isEmpty()) return false;
    try {
        document_.save_as(file);
        return true;
    } catch (const std::exception& error) {
        show_notice(tr("The project was not saved: %1").arg(QString::fromUtf8(error.what())), true);
        return false;
    }
}

bool MainWindow::settle_unsaved(const QString& question) {
    if (!document_.modified()) return true;
    QMessageBox box(QMessageBox::Question, tr("Unsaved changes"), tr("Save the changes to %1 %2?").arg(document_.display_name(), question),
                    QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, this);
    box.setObjectName("unsaved-box");
    switch (box.exec()) {
    case QMessageBox::Save: return save();
    case QMessageBox::Discard: return true;
    default: return false;
    }
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!settle_unsaved(tr("before closing"))) return event->ignore();
    const auto running = hub_.active();
    if (!running.isEmpty()) {
        QMessageBox box(QMessageBox::Question, tr("A job is running"), tr("%1 goes on when this window closes.").arg(running.first()->name()),
                        QMessageBox::NoButton, this);
        box.setObjectName("running-box");
        box.setInformativeText(tr("Open the project again to see how it goes, or stop it now; stopping saves what it has."));
        auto* leave = box.addButton(tr("&Close and leave it running"), QMessageBox::AcceptRole);
        auto* stop = box.addButton(tr("&Stop it and close"), QMessageBox::DestructiveRole);
        auto* stay = box.addButton(QMessageBox::Cancel);
        box.setDefaultButton(leave);
        box.exec();
        if (box.clickedButton() == stay || box.clickedButton() == nullptr) return event->ignore();
        if (box.clickedButton() == stop)
            for (JobClient* job : running) runner_.stop(job);
    }
    keep_session();
    document_.forget_recovery();
    event->accept();
}

} // namespace cdra::workbench
