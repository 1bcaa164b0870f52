// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a file or folder that is dropped, or named on the command line, is taken for.
#pragma once

#include <QString>

class QDragEnterEvent;

namespace cdra::workbench {

enum class Dropped { nothing, project, map, model, data, image }; // nothing: it isn't there

// By name and, for folders, by what they hold; no file is opened.
Dropped kind_of(const QString& path);
// Of the first file that is dragged; nothing where no local file is.
Dropped kind_of(const QDragEnterEvent& event);

} // namespace cdra::workbench
