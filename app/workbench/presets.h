// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Settings to begin from, each one undoable edit: those that come with the program, and those a person kept by name. A
// preset is a method with its options, how the plan is made, and the recipe; never a model, data or a folder.
#pragma once

#include "core/job/project.h"

#include <QString>
#include <QStringList>

#include <span>

namespace cdra::workbench {

struct Preset {
    const char* title;   // to be translated
    const char* summary; // one sentence
    void (*apply)(job::Project& project);
};
std::span<const Preset> presets();

// Kept presets live as NAME.toml in the person's configuration folder.
QStringList kept_presets();
// Throws InputError for a name that is no file name, IoError.
void keep_preset(const QString& name, const job::Project& project);
// Throws InputError if it is gone or damaged.
void apply_kept_preset(const QString& name, job::Project& project);
void forget_preset(const QString& name);

} // namespace cdra::workbench
