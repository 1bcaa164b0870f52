// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The look: palettes, the few colours with a meaning, the 8 px grid and fonts. Colours are asked of a
// palette, so that a widget repainted after a change of theme is right without being told. In this room free
// functions are snake_case as in core, members of Qt classes camelCase as in Qt.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

class QApplication;
class QWidget;

namespace cdra::widgets {

enum class Appearance { system, light, dark };

// Sets style, palette and style sheet; may be called again at any time. `system` asks the desktop's portal
// (org.freedesktop.portal.Settings, color-scheme) once, at most 300 ms, and then follows its changes.
void apply_theme(QApplication& app, Appearance appearance);
QPalette light_palette();
QPalette dark_palette();

inline constexpr int grid = 8; // px: every distance is a multiple of it (or half of it)

namespace colours {
bool is_dark(const QPalette& palette);
QColor accent(const QPalette& palette);    // the one accent: primary actions, selection
QColor muted(const QPalette& palette);     // secondary text, at least 4.5:1 on the window
QColor line(const QPalette& palette);      // hairlines, chart grids
QColor surface(const QPalette& palette);   // cards on the window
QColor sensitive(const QPalette& palette); // sensitive weights: warm
QColor box(const QPalette& palette);       // the compact box: red, as in Figure 4
QColor rows(const QPalette& palette);      // red, as in Figures 2 and 5
QColor columns(const QPalette& palette);   // blue
QColor good(const QPalette& palette);
QColor warning(const QPalette& palette);
QColor danger(const QPalette& palette);
// Okabe and Ito's series colours, the hard to see ones deepened or lightened for the theme; any index ≥ 0.
QColor series(int index, const QPalette& palette);
// Contrast ratio of WCAG 2, 1 … 21.
double contrast(const QColor& a, const QColor& b);
} // namespace colours

namespace fonts {
QFont tabular(QFont base); // figures of one width, for tables and read-outs
QFont title(QFont base);
QFont heading(QFont base);
QFont small(QFont base);
QFont mono(); // command lines and logs
} // namespace fonts

} // namespace cdra::widgets
