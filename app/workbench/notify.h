// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A notification of the desktop (org.freedesktop.Notifications); quietly nothing where there is no such service.
#pragma once

#include <QString>

namespace cdra::workbench {

void notify(const QString& title, const QString& text, bool urgent);

} // namespace cdra::workbench
