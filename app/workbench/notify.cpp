// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/notify.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCall>
#include <QVariantMap>

namespace cdra::workbench {

void notify(const QString& title, const QString& text, bool urgent) {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    QDBusMessage message = QDBusMessage::createMethodCall("org.freedesktop.Notifications", "/org/freedesktop/Notifications",
                                                          "org.freedesktop.Notifications", "Notify");
    const QVariantMap hints{{"urgency", QVariant::fromValue(uchar(urgent ? 2 : 1))}, {"desktop-entry", "cdra-workbench"}};
    message << QCoreApplication::applicationName() << 0U << "cdra-workbench" << title << text.toHtmlEscaped() << QStringList() << hints << -1;
    bus.asyncCall(message); // nobody waits for the answer
}

} // namespace cdra::workbench
