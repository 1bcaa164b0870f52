// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// For tests with widgets: a warning that Qt prints is a failure, and so is a window that nobody closed, or a widget that
// nobody owns and that is still there at the end, shown or not.
//
//     void init() { fixture_.start(); }
//     void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }
#pragma once

#include <QApplication>
#include <QSet>
#include <QStringList>
#include <QWidget>

namespace cdra::test {

class QtFixture {
  public:
    void start() {
        complaints().clear();
        before_.clear();
        for (const QWidget* widget : QApplication::topLevelWidgets()) before_.insert(widget);
        previous() = qInstallMessageHandler(&QtFixture::record);
    }
    // What went wrong since start().
    QStringList finish() {
        qInstallMessageHandler(previous());
        QStringList found = complaints();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete); // what has only to be deleted yet is no leak
        for (const QWidget* widget : QApplication::topLevelWidgets()) {
            const bool tip = widget->inherits("QTipLabel"); // Qt's own, one for all
            if (widget->isVisible() && !tip) found += QStringLiteral("left open: %1 %2").arg(widget->metaObject()->className(), widget->objectName());
            else if (!widget->parent() && !tip && !before_.contains(widget))
                found += QStringLiteral("leaked: %1 %2").arg(widget->metaObject()->className(), widget->objectName());
        }
        return found;
    }

  private:
    QSet<const QWidget*> before_;
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
