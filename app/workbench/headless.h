// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the program does without a person in front of it.
#pragma once

#include <QString>

namespace cdra::workbench {

class MainWindow;

// Figures 2, 4 and 5 of a plan file into `folder`; prints the files. Returns the exit code.
int export_figures_of(const QString& plan_file, const QString& folder);

// A picture of every page and of its tabs, "1-model.png" …, "7-results-curves.png", once the project's values are there; an exit code. Throws IoError.
int take_screenshots(MainWindow& window, const QString& folder);

// Turns the event loop until everything asked for is loaded, computed and drawn; false after `timeout_ms`.
bool wait_until_settled(MainWindow& window, int timeout_ms);

} // namespace cdra::workbench
