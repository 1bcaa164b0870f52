// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/document.h"

#include "app/workbench/recovery.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSettings>

#include <utility>

namespace cdra::workbench {

// A step of the undo stack: the whole project before and after. Projects are small (paths, numbers, edited ranks), so
// this makes everything undoable, whichever field a page edits.
class ProjectEdit : public QUndoCommand {
  public:
    ProjectEdit(ProjectDocument& document, const QString& text, QString merge_key, job::Project before, job::Project after)
        : QUndoCommand(text), document_(document), merge_key_(std::move(merge_key)), before_(std::move(before)),
          after_(std::move(after)), time_(QDateTime::currentMSecsSinceEpoch()) {}

    void undo() override { document_.set_project(before_); }
    void redo() override { document_.set_project(after_); }
    int id() const override { return merge_key_.isEmpty() ? -1 : 1; }
    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = static_cast<const ProjectEdit*>(other); // same id, hence the same class
        constexpr qint64 pause_ms = 2000;                         // a longer pause begins a new step
        if (next->merge_key_ != merge_key_ || next->time_ - time_ > pause_ms) return false;
        after_ = next->after_;
        time_ = next->time_;
        return true;
    }

  private:
    ProjectDocument& document_;
    QString merge_key_;
    job::Project before_, after_;
    qint64 time_;
};

ProjectDocument::ProjectDocument(const QString& recovery_folder, QObject* parent) : QObject(parent) {
    if (!recovery_folder.isEmpty()) recovery_ = std::make_unique<RecoverySlot>(recovery_folder);
    project_.name = tr("untitled").toStdString();
    autosave_.setSingleShot(true);
    autosave_.setInterval(2000);
    connect(&autosave_, &QTimer::timeout, this, &ProjectDocument::write_recovery);
    connect(&undo_, &QUndoStack::cleanChanged, this, &ProjectDocument::modified_changed);
}

ProjectDocument::~ProjectDocument() { undo_.disconnect(this); }

QString ProjectDocument::folder() const { return file_.isEmpty() ? QString() : QFileInfo(file_).absolutePath(); }

QString ProjectDocument::display_name() const {
    const QString name = QString::fromStdString(project_.name);
    if (!name.isEmpty()) return name;
    return file_.isEmpty() ? tr("untitled") : QFileInfo(file_).completeBaseName();
}

void ProjectDocument::edit(const QString& text, const QString& merge_key,
                           const std::function<void(job::Project&)>& change) {
    job::Project after = project_;
    change(after);
    if (job::to_toml(after) == job::to_toml(project_)) return;
    undo_.push(new ProjectEdit(*this, text, merge_key, project_, std::move(after)));
}

void ProjectDocument::set_project(job::Project project) {
    project_ = std::move(project);
    if (recovery_) autosave_.start();
    emit changed();
}

void ProjectDocument::replace(job::Project project, const QString& file) {
    project_ = std::move(project);
    file_ = file;
    undo_.clear();
    autosave_.stop();
    if (recovery_) recovery_->clear();
    emit replaced();
    emit file_changed();
    emit changed();
    emit modified_changed();
}

void ProjectDocument::start_new() {
    job::Project fresh;
    fresh.name = tr("untitled").toStdString();
    replace(std::move(fresh), {});
}

void ProjectDocument::open(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    job::Project project = job::read_project(absolute.toStdString());
    if (project.name.empty()) project.name = QFileInfo(absolute).completeBaseName().toStdString();
    replace(std::move(project), absolute);
    remember_project(absolute);
}

void ProjectDocument::save() {
    if (file_.isEmpty()) throw InputError("the project has no file yet: choose one with Save as");
    job::write_project(file_.toStdString(), project_);
    undo_.setClean();
    autosave_.stop();
    if (recovery_) recovery_->clear();
    remember_project(file_);
    emit modified_changed();
}

void ProjectDocument::save_as(const QString& path) {
    QString absolute = QFileInfo(path).absoluteFilePath();
    if (QFileInfo(absolute).suffix().isEmpty()) absolute += ".toml";
    job::Project renamed = project_;
    if (renamed.name.empty() || renamed.name == tr("untitled").toStdString())
        renamed.name = QFileInfo(absolute).completeBaseName().toStdString();
    if (!QDir().mkpath(QFileInfo(absolute).absolutePath()))
        throw IoError("the folder " + QFileInfo(absolute).absolutePath().toStdString() + " can't be made: choose another");
    job::write_project(absolute.toStdString(), renamed);
    file_ = absolute;
    project_ = std::move(renamed);
    undo_.setClean();
    autosave_.stop();
    if (recovery_) recovery_->clear();
    remember_project(absolute);
    emit file_changed();
    emit changed();
    emit modified_changed();
}

void ProjectDocument::save_untitled(const QString& parent) {
    for (int number = 1; number < 100000; ++number) {
        const QString folder = QDir(parent).filePath("project-" + QString::number(number));
        if (QFileInfo::exists(folder)) continue;
        return save_as(folder + "/project.toml");
    }
    throw IoError("no free project folder below " + parent.toStdString() + ": save the project elsewhere");
}

void ProjectDocument::adopt_recovered(const QString& recovery_file) {
    const std::string text = read_text_file(recovery_file.toStdString());
    job::Project recovered = job::parse_project(text, recovery_file.toStdString());
    QString project_file;
    for (const RecoveredProject& candidate : abandoned_projects(QFileInfo(recovery_file).absolutePath()))
        if (candidate.recovery_file == recovery_file) project_file = candidate.project_file;
    job::Project saved; // what undo leads back to
    if (!project_file.isEmpty() && QFileInfo::exists(project_file)) saved = job::read_project(project_file.toStdString());
    else project_file.clear();
    replace(std::move(saved), project_file);
    edit(tr("recover unsaved work"), {}, [&](job::Project& project) { project = std::move(recovered); });
    write_recovery(); // into this window's own slot, before the old one goes
    QFile::remove(recovery_file);
    QFile::remove(recovery_file + ".lock");
}

void ProjectDocument::write_recovery() {
    autosave_.stop();
    if (!recovery_) return;
    try {
        if (modified()) recovery_->save(job::to_toml(project_), file_);
        else recovery_->clear();
    } catch (const std::exception& error) {
        emit recovery_failed(tr("Unsaved work can't be kept against a crash: %1").arg(error.what()));
    }
}

void ProjectDocument::forget_recovery() {
    autosave_.stop();
    if (recovery_) recovery_->clear();
}

QStringList recent_projects() {
    QStringList existing;
    for (const QString& file : QSettings().value("recent").toStringList())
        if (QFileInfo::exists(file)) existing << file;
    return existing;
}

void remember_project(const QString& file) {
    QStringList files = recent_projects();
    files.removeAll(file);
    files.prepend(file);
    while (files.size() > 10) files.removeLast();
    QSettings().setValue("recent", files);
}

} // namespace cdra::workbench
