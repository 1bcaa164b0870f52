// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The desktop's preference for dark or light, which Qt 6.4 can't tell: asked of the portal over D-Bus.
#pragma once

#include <QObject>
#include <functional>

namespace cdra::widgets {

// False without a portal. Waits at most 300 ms.
bool portal_prefers_dark();
// Calls `changed` whenever the portal announces another preference; an empty function ends that.
void follow_portal(QObject& owner, std::function<void()> changed);

} // namespace cdra::widgets
