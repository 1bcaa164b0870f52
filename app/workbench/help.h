// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the terms mean, told where they are used: a "?" beside a control opens its paragraph, F1 the whole.
#pragma once

#include "app/workbench/stage.h"

#include <QString>
#include <QWidget>

#include <vector>

class QToolButton;

namespace cdra::workbench {

struct HelpTopic {
    QString word;  // "gamma"
    QString title; // translated
    QString text;  // rich text, translated
};
std::vector<HelpTopic> help_topics();
// The topic a page is about.
QString help_word(Stage stage);

// A small button "?": a click (or Space, or What's This) shows the topic beside it. Throws nothing; an unknown word is a
// programming error that a test finds.
QToolButton* help_button(const QString& word, QWidget* parent = nullptr);

// The window with every topic, at this one. Not modal; one at a time.
void show_help(QWidget* parent, const QString& word);

} // namespace cdra::workbench
