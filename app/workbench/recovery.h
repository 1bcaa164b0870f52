// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Unsaved work survives a crash: each window owns one slot, a file and a lock held while the process lives. A slot
// whose lock nobody holds belongs to a window that died.
#pragma once

#include <QLockFile>
#include <QString>
#include <QStringList>

#include <string>

namespace cdra::workbench {

class RecoverySlot {
  public:
    // Takes a free slot in `folder` (made if missing). An unusable folder gives a slot whose save() throws.
    explicit RecoverySlot(const QString& folder);
    ~RecoverySlot();

    // Throws IoError.
    void save(const std::string& toml, const QString& project_file);
    void clear();
    QString file() const { return file_; }

  private:
    QString file_;
    QLockFile lock_;
};

struct RecoveredProject {
    QString recovery_file;
    QString project_file; // where it had been saved, may be empty
    QString when;         // local time of the last autosave
};
// Left behind by windows that died, newest first.
QList<RecoveredProject> abandoned_projects(const QString& folder);
QString default_recovery_folder();

} // namespace cdra::workbench
