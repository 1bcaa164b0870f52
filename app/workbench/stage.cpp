// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/stage.h"

#include <QCoreApplication>

namespace cdra::workbench {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Stage", text); }

} // namespace

QString title_of(Stage stage) {
    switch (stage) {
    case Stage::model: return tr("Model");
    case Stage::data: return tr("Data");
    case Stage::sensitivity: return tr("Sensitivity");
    case Stage::compact: return tr("Compact");
    case Stage::ranks: return tr("Ranks");
    case Stage::train: return tr("Train");
    case Stage::results: return tr("Results");
    }
    return {};
}

QString word_of(Stage stage) {
    static const char* const words[] = {"model", "data", "sensitivity", "compact", "ranks", "train", "results"};
    return QString::fromLatin1(words[static_cast<int>(stage)]);
}

} // namespace cdra::workbench
