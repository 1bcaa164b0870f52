// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// For tests with widgets: a warning that Qt prints is a failure, and so is a window that nobody closed.
//
//     void init() { fixture_.start(); }
//     void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }
#pragma once

#include <QApplication>
#include <QStringList>
#include <QWidget>

namespace cdra::test {

class QtFixture {
  public:
    void start() {
        complaints().clear();
        previous() = qInstallMessageHandler(&QtFixture::record);
    }
    // What went wrong since start().
    QStringList finish() {
        qInstallMessageHandler(previous());
        QStringList found = complaints();
        for (const QWidget* window : QApplication::topLevelWidgets())
            if (window->isVisible())
                found += QStringLiteral("left open: %1 %2")
                             .arg(window->metaObject()->className(), window->objectName());
        return found;
    }

  private:
    static QStringList& complaints() {
        static QStringList list;
        return list;
    }
    static QtMessageHandler& previous() {
        static QtMessageHandler handler = nullptr;
        return handler;
    }
    static void record(QtMsgType type, const QMessageLogContext& context, const QString& message) {
        // The offscreen platform says this of every window; it is no fault of ours.
        const bool platform = message.startsWith(QLatin1String("This plugin does not support"));
        if (type != QtDebugMsg && type != QtInfoMsg && !platform) complaints() += message;
        if (previous() && !platform) previous()(type, context, message);
    }
};

} // namespace cdra::test
