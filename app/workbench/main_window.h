// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The window: rail, header, pages, inspector, log and job bar around one project.
#pragma once

#include "app/workbench/page.h"

#include <QMainWindow>
#include <QPointer>
#include <QTimer>

#include <array>

class QActionGroup;
class QStackedWidget;
class QUndoView;

namespace cdra::widgets {
class Inspector;
class CommandPalette;
class JobBar;
struct Command;
class LogPane;
}

namespace cdra::workbench {

class CompactPage;
class DataPage;
class ModelPage;
class ResultsPage;
class SweepWindow;
class TrainPage;

class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    // `recovery_folder`: see ProjectDocument.
    explicit MainWindow(const QString& recovery_folder = {}, QWidget* parent = nullptr);
    ~MainWindow() override;

    // Opens a project; problems are shown in the window. False if it could not be opened.
    bool open_project(const QString& file);
    // Offers what a crashed session left behind, if anything.
    void offer_recovery();
    // The project, page and matrix of the last session; false if there is nothing to return to.
    bool restore_session();
    // A dropped or named file or folder: project, checkpoint, map or data, by what it is.
    void take(const QString& path);
    // Everything that can be done now, for the command palette.
    std::vector<widgets::Command> commands();

    ProjectDocument& document() { return document_; }
    Road& road() { return road_; }
    JobHub& hub() { return hub_; }
    Stage current_stage() const;
    void go_to(Stage stage);
    Page* page(Stage stage) const { return pages_[std::size_t(stage)]; }
    // Nothing is being loaded, computed or drawn on a worker.
    bool settled() const;

  protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void build_pages();
    void build_window();
    void build_menus();
    void build_file_menu();
    void build_view_menu();
    void build_run_menu();
    void build_help_menu();
    void connect_jobs();
    void fill_recent();
    void open_palette();
    void show_sweeps();
    void keep_session();
    void announce(JobClient* job, job::JobState how);

    void new_project();
    void choose_and_open();
    bool save();
    bool save_as();
    // False if the user wants to stay.
    bool settle_unsaved(const QString& question);

    void refresh_title();
    void refresh_header();
    void refresh_rail();
    void refresh_inspector();
    void suggest_matrix();
    void refresh_job_bar();
    void refresh_run_actions();
    void show_notice(const QString& message, bool error);
    JobClient* bar_job() const;
    void log_of(JobClient* job);

    QString recovery_folder_;
    ProjectDocument document_;
    JobHub hub_;
    Road road_;
    Runner runner_;
    MatrixSelection selection_;
    Workbench bench_;

    std::array<Page*, stage_count> pages_{};
    ModelPage* model_page_ = nullptr;
    DataPage* data_page_ = nullptr;
    CompactPage* compact_page_ = nullptr;
    TrainPage* train_page_ = nullptr;
    ResultsPage* results_page_ = nullptr;

    widgets::StageRail* rail_ = nullptr;
    QLabel* header_ = nullptr;
    QWidget* notice_ = nullptr;
    QLabel* notice_text_ = nullptr;
    QTimer notice_timer_;
    QStackedWidget* stack_ = nullptr;
    widgets::Inspector* inspector_ = nullptr;
    QWidget* inspector_side_ = nullptr;
    widgets::LogPane* log_ = nullptr;
    widgets::JobBar* job_bar_ = nullptr;
    widgets::CommandPalette* palette_ = nullptr;
    SweepWindow* sweeps_ = nullptr; // made when first asked for
    QUndoView* history_ = nullptr;
    QPointer<JobClient> shown_job_; // in the job bar, also after it ended, until dismissed
    bool stopping_ = false;

    QMenu* recent_menu_ = nullptr;
    QAction *pause_action_ = nullptr, *stop_action_ = nullptr, *resume_action_ = nullptr, *inspector_action_ = nullptr,
            *log_action_ = nullptr;
};

} // namespace cdra::workbench
