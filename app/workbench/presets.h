// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Settings to begin from, each one undoable edit.
#pragma once

#include "core/job/project.h"

#include <QString>

#include <span>

namespace cdra::workbench {

struct Preset {
    const char* title;   // to be translated
    const char* summary; // one sentence
    void (*apply)(job::Project& project);
};
std::span<const Preset> presets();

} // namespace cdra::workbench
