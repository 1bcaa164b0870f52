// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme.h"

#include "widgets/portal.h"

#include <QApplication>
#include <QFontDatabase>
#include <QStyleFactory>
#include <array>
#include <cmath>

namespace cdra::widgets {
namespace {

QPalette make_palette(QColor window, QColor base, QColor alternate, QColor button, QColor text, QColor muted,
                      QColor accent, QColor on_accent, QColor line) {
    QPalette palette(button, window);
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, alternate);
    palette.setColor(QPalette::Button, button);
    for (const auto role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        palette.setColor(role, text);
    palette.setColor(QPalette::ToolTipBase, base);
    palette.setColor(QPalette::BrightText, on_accent);
    palette.setColor(QPalette::PlaceholderText, muted);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, on_accent);
    palette.setColor(QPalette::Link, accent);
    palette.setColor(QPalette::LinkVisited, accent);
    palette.setColor(QPalette::Light, button.lighter(110));
    palette.setColor(QPalette::Midlight, line);
    palette.setColor(QPalette::Mid, line);
    palette.setColor(QPalette::Dark, line.darker(115));
    palette.setColor(QPalette::Shadow, line.darker(140));
    QColor faint = muted;
    faint.setAlphaF(0.65F);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, line);
    return palette;
}

// Only what Fusion can't say: the primary button, quiet headers and edges, tooltips that wrap evenly.
QString style_sheet(const QPalette& palette) {
    const auto name = [](const QColor& colour) { return colour.name(); };
    const QColor accent = colours::accent(palette), line = colours::line(palette);
    const QColor text = palette.color(QPalette::Text), base = palette.color(QPalette::Base);
    const QColor hover = colours::is_dark(palette) ? accent.lighter(112) : accent.darker(112);
    return QStringLiteral(R"(
QPushButton { padding: 5px 14px; border: 1px solid %1; border-radius: 4px; background: %2; color: %3; }
QPushButton:hover { border-color: %4; }
QPushButton:focus { border: 1px solid %4; }
QPushButton:pressed, QPushButton:checked { background: %5; }
QPushButton:disabled { color: %6; }
QPushButton[primary="true"] { background: %4; color: %7; border-color: %4; font-weight: 600; }
QPushButton[primary="true"]:hover { background: %8; border-color: %8; }
QPushButton[primary="true"]:focus { border: 1px solid %3; }
QPushButton[primary="true"]:disabled { background: %5; color: %6; border-color: %1; }
QToolButton { padding: 4px 8px; border: 1px solid transparent; border-radius: 4px; }
QToolButton:hover, QToolButton:checked { background: %5; }
QToolButton:focus { border-color: %4; }
QToolButton[help="true"] { padding: 0; min-width: 18px; max-width: 18px; min-height: 18px; max-height: 18px; border: 1px solid %1; border-radius: 10px; color: %6; }
QToolButton[help="true"]:focus, QToolButton[help="true"]:hover { border-color: %4; color: %3; }
QLineEdit { padding: 2px 4px; border: 1px solid %1; border-radius: 4px; background: %9; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractItemView:focus { border: 1px solid %4; }
QPlainTextEdit, QTextEdit, QAbstractItemView { border: 1px solid %1; border-radius: 4px; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: none; padding: 0; background: transparent; }
QTableView { gridline-color: %1; }
QTreeView::item { padding: 2px 0; }
QHeaderView::section { background: %2; color: %6; border: none; border-bottom: 1px solid %1; padding: 5px 4px; font-weight: 600; }
QTableCornerButton::section { background: %2; border: none; }
QToolTip { padding: 5px; border: 1px solid %1; background: %9; color: %3; }
QSplitter::handle { background: transparent; }
)")
        .arg(name(line), name(palette.color(QPalette::Button)), name(text), name(accent),
             name(palette.color(QPalette::AlternateBase)), name(colours::muted(palette)),
             name(palette.color(QPalette::HighlightedText)), name(hover), name(base));
}

} // namespace

QPalette light_palette() {
    return make_palette("#f4f5f7", "#ffffff", "#eceef2", "#fbfbfc", "#1c2128", "#59616d", "#1f5fb8",
                        "#ffffff", "#cfd4dc");
}

QPalette dark_palette() {
    return make_palette("#1d2025", "#16181c", "#292d34", "#262a31", "#e3e6eb", "#a3abb8", "#6aa8f7",
                        "#0d1521", "#3a404a");
}

void apply_theme(QApplication& app, Appearance appearance) {
    if (appearance == Appearance::system) {
        follow_portal(app, [&app] {
            const QPalette palette = portal_prefers_dark() ? dark_palette() : light_palette();
            app.setPalette(palette);
            app.setStyleSheet(style_sheet(palette));
        });
    } else {
        follow_portal(app, {});
    }
    const bool dark =
        appearance == Appearance::dark || (appearance == Appearance::system && portal_prefers_dark());
    const QPalette palette = dark ? dark_palette() : light_palette();
    // The sheet wraps the style, so a style is set on the bare application only.
    app.setStyleSheet({});
    app.setStyle(QStyleFactory::create("Fusion"));
    app.setPalette(palette);
    app.setStyleSheet(style_sheet(palette));
}

namespace colours {

bool is_dark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightnessF() < 0.5F;
}
namespace {
QColor pick(const QPalette& palette, const char* light, const char* dark) {
    return QColor(QLatin1String(is_dark(palette) ? dark : light));
}
} // namespace

QColor accent(const QPalette& palette) {
    return pick(palette, "#1f5fb8", "#6aa8f7");
}
QColor muted(const QPalette& palette) {
    return pick(palette, "#59616d", "#a3abb8");
}
QColor line(const QPalette& palette) {
    return pick(palette, "#cfd4dc", "#3a404a");
}
QColor surface(const QPalette& palette) {
    return palette.color(QPalette::Base);
}
QColor sensitive(const QPalette& palette) {
    return pick(palette, "#c2410c", "#ff8a3d");
}
QColor box(const QPalette& palette) {
    return pick(palette, "#d3202a", "#ff5d5d");
}
QColor rows(const QPalette& palette) {
    return pick(palette, "#c8252c", "#ff7b72");
}
QColor columns(const QPalette& palette) {
    return pick(palette, "#1f5fb8", "#79b4ff");
}
QColor good(const QPalette& palette) {
    return pick(palette, "#13733f", "#4cc38a");
}
QColor warning(const QPalette& palette) {
    return pick(palette, "#8f5a00", "#f0b849");
}
QColor danger(const QPalette& palette) {
    return pick(palette, "#b91c1c", "#ff7b72");
}

QColor series(int index, const QPalette& palette) {
    static constexpr std::array<const char*, 7> light = {"#0072b2", "#d55e00", "#008a64", "#b65a8f",
                                                         "#b57d00", "#2f8fc4", "#857d00"};
    static constexpr std::array<const char*, 7> dark = {"#56b4e9", "#f0803c", "#2cc295", "#dd94bd",
                                                        "#e69f00", "#8fd0f5", "#f0e442"};
    const auto i = std::size_t(index) % light.size();
    return pick(palette, light[i], dark[i]);
}

double contrast(const QColor& a, const QColor& b) {
    const auto luminance = [](const QColor& colour) {
        const auto linear = [](double c) {
            return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
               0.0722 * linear(colour.blueF());
    };
    const double first = luminance(a), second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

} // namespace colours

namespace fonts {
namespace {
QFont scaled(QFont font, double factor) {
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * factor);
    else
        font.setPixelSize(std::max(1, int(std::lround(font.pixelSize() * factor))));
    return font;
}
} // namespace

QFont tabular(QFont base) {
    // Qt 6.4 has no OpenType features; DejaVu and Noto figures are tabular already, kerning must not undo
    // that.
    base.setKerning(false);
    return base;
}
QFont title(QFont base) {
    base = scaled(base, 1.5);
    base.setWeight(QFont::DemiBold);
    return base;
}
QFont heading(QFont base) {
    base.setWeight(QFont::DemiBold);
    return base;
}
QFont small(QFont base) {
    return scaled(base, 0.88);
}
QFont mono() {
    return QFontDatabase::systemFont(QFontDatabase::FixedFont);
}

} // namespace fonts
} // namespace cdra::widgets
