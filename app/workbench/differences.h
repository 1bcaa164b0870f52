// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// In what projects differ, key by key as the project file says it.
#pragma once

#include "core/job/project.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace cdra::workbench {

struct Difference {
    QString key;        // "recipe.epochs"
    QStringList values; // one a project; empty text where the key is not there
};
// Keys whose values are not all the same, in the file's order. Name and notes are no settings and left out.
std::vector<Difference> differences(const std::vector<job::Project>& projects);

} // namespace cdra::workbench
