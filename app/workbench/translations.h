// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The language of the window: that of the desktop, or the one chosen in the View menu (after a restart). English is what
// the sources are written in; others are resources/translations/cdra-workbench_LANGUAGE.ts.
#pragma once

#include <QString>
#include <QStringList>

class QCoreApplication;

namespace cdra::workbench {

struct Language {
    QString code; // "en", "zh_CN"
    QString name; // in itself
};
QList<Language> languages(); // English first
// The settings' choice; empty: the desktop's.
QString chosen_language();
void choose_language(const QString& code);
// Once, before the first window. A language without a file is English.
void install_translations(QCoreApplication& app);
// For tests: this language, whatever the settings say.
bool install_language(QCoreApplication& app, const QString& code);

} // namespace cdra::workbench
