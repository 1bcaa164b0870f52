// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Every chart can be taken away: as PNG at any resolution, SVG or PDF in print style whatever the theme, and the numbers
// behind it as CSV; through a context menu, and its actions by keyboard.
#pragma once

#include <QString>
#include <filesystem>
#include <functional>
#include <string>

class QWidget;

namespace cdra::widgets {

// What a chart shows, as CSV with a header line.
class ChartSource {
  public:
    virtual ~ChartSource() = default;
    virtual std::string csv() const = 0;
};

// The picture by the path's ending (.png, .svg, .pdf), or .csv if the widget is a ChartSource. On white paper with dark
// text: the widget takes the light palette for as long as it is painted. Atomic. Throws InputError or IoError.
// prepare_chart() does what needs the widget and gives back the rest, the encoding and writing, for any thread.
std::function<void()> prepare_chart(QWidget& chart, const std::filesystem::path& path, int dpi = 300);
void save_chart(QWidget& chart, const std::filesystem::path& path, int dpi = 300);

// Adds "Save picture or data…", "Copy picture" and, for a ChartSource, "Copy data" to the widget's actions, shown as its
// context menu. `stem` is the file name offered; `told` hears the outcome (error or not).
void offer_export(QWidget* chart, const QString& stem, std::function<void(const QString& message, bool error)> told);

// Dots per inch of saved pictures; kept in the settings.
int figure_dpi();
void set_figure_dpi(int dpi);

} // namespace cdra::widgets
