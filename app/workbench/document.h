// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The project being edited: one job::Project, the file it lives in, and the undo stack every change goes through.
// Event-loop thread only.
#pragma once

#include "core/job/project.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <QUndoStack>

#include <functional>
#include <memory>

namespace cdra::workbench {

class RecoverySlot;

class ProjectDocument : public QObject {
    Q_OBJECT
  public:
    // `recovery_folder`: where unsaved work is kept against a crash; empty: nowhere.
    explicit ProjectDocument(const QString& recovery_folder = {}, QObject* parent = nullptr);
    ~ProjectDocument() override;

    const job::Project& project() const { return project_; }
    QString file() const { return file_; } // empty: never saved
    QString folder() const;                // of the file; empty: never saved
    QString display_name() const;
    bool modified() const { return !undo_.isClean(); }
    QUndoStack& undo_stack() { return undo_; }

    // The one way to change the project. Edits with the same non-empty merge key that follow each other become one
    // undo step (a slider being dragged). A change that changes nothing is dropped.
    void edit(const QString& text, const QString& merge_key, const std::function<void(job::Project&)>& change);

    void start_new();
    // All three throw InputError or IoError and then change nothing.
    void open(const QString& path);
    void save();
    void save_as(const QString& path);
    // Saves an untitled project below `parent` under its own name (a job needs a folder to live in).
    void save_untitled(const QString& parent);

    // Takes over what a crashed session left behind; the project counts as modified.
    void adopt_recovered(const QString& recovery_file);
    // Writes the recovery file now instead of after the usual delay.
    void write_recovery();
    // The session ends as intended: nothing to recover.
    void forget_recovery();

  signals:
    void changed();          // the project's content
    void replaced();         // another project (new, opened): also followed by changed()
    void file_changed();     // file name
    void modified_changed();
    void recovery_failed(const QString& message); // once, until it works again

  private:
    friend class ProjectEdit;
    void set_project(job::Project project);
    void replace(job::Project project, const QString& file);

    job::Project project_;
    QString file_;
    QUndoStack undo_;
    QTimer autosave_;
    std::unique_ptr<RecoverySlot> recovery_;
};

// The last projects opened or saved, newest first; only those that still exist.
QStringList recent_projects();
void remember_project(const QString& file);

} // namespace cdra::workbench
