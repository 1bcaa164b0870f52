// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/translations.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QSettings>
#include <QTranslator>

namespace cdra::workbench {

QList<Language> languages() { return {{"en", "English"}, {"zh_CN", QStringLiteral("简体中文")}}; }

QString chosen_language() { return QSettings().value("language").toString(); }

void choose_language(const QString& code) { QSettings().setValue("language", code); }

bool install_language(QCoreApplication& app, const QString& code) {
    auto* ours = new QTranslator(&app);
    const QString file = QStringLiteral("translations/cdra-workbench_%1.qm").arg(code);
    // In the program itself; for programs of the same build beside their folder.
    if (!ours->load(":/" + file) && !ours->load(QCoreApplication::applicationDirPath() + "/../" + file)) {
        delete ours;
        return false;
    }
    // Qt's own words (buttons of dialogs), where they are installed.
    auto* of_qt = new QTranslator(&app);
    if (of_qt->load("qtbase_" + code, QLibraryInfo::path(QLibraryInfo::TranslationsPath))) app.installTranslator(of_qt);
    return app.installTranslator(ours);
}

void install_translations(QCoreApplication& app) {
    QString code = chosen_language();
    if (code.isEmpty()) code = QLocale::system().language() == QLocale::Chinese ? "zh_CN" : "en";
    if (code != "en") install_language(app, code);
}

} // namespace cdra::workbench
