// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/portal.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>

namespace cdra::widgets {
namespace {

const QString service = QStringLiteral("org.freedesktop.portal.Desktop");
const QString path = QStringLiteral("/org/freedesktop/portal/desktop");
const QString interface_name = QStringLiteral("org.freedesktop.portal.Settings");
const QString name_space = QStringLiteral("org.freedesktop.appearance");
const QString key = QStringLiteral("color-scheme");

class PortalWatcher : public QObject {
    Q_OBJECT
  public:
    PortalWatcher(QObject* owner, std::function<void()> changed)
        : QObject(owner), changed_(std::move(changed)) {
        QDBusConnection::sessionBus().connect(service, path, interface_name, QStringLiteral("SettingChanged"),
                                              this, SLOT(settingChanged(QString, QString, QDBusVariant)));
    }

  private slots:
    void settingChanged(const QString& space, const QString& name, const QDBusVariant&) {
        if (space == name_space && name == key) changed_();
    }

  private:
    std::function<void()> changed_;
};

} // namespace

bool portal_prefers_dark() {
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return false;
    QDBusMessage call = QDBusMessage::createMethodCall(service, path, interface_name, QStringLiteral("Read"));
    call << name_space << key;
    const QDBusMessage reply = bus.call(call, QDBus::Block, 300);
    if (reply.type() != QDBusMessage::ReplyMessage || reply.arguments().isEmpty()) return false;
    // Read() wraps the value in two variants.
    QVariant value = reply.arguments().constFirst();
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    return value.toUInt() == 1; // 1: dark, 2: light, 0: no preference
}

void follow_portal(QObject& owner, std::function<void()> changed) {
    static const QString name = QStringLiteral("cdra-portal-watcher");
    delete owner.findChild<QObject*>(name, Qt::FindDirectChildrenOnly);
    if (!changed || !QDBusConnection::sessionBus().isConnected()) return;
    (new PortalWatcher(&owner, std::move(changed)))->setObjectName(name);
}

} // namespace cdra::widgets

#include "portal.moc"
