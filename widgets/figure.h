// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The paper's Figures 2, 4 and 5 of a plan, in print style: white, axes, legends, DejaVu Sans. A figure is
// its size, a painter function and its numbers; saving is the same for all. Needs a QGuiApplication
// (offscreen is enough).
#pragma once

#include "core/compact/plan.h"

#include <QImage>
#include <QPainter>
#include <QSizeF>
#include <QString>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

class QWidget;

namespace cdra::widgets::figures {

struct Figure {
    std::string name;   // "figure2"; the file name without ending
    QString title;      // document title
    QSizeF millimetres; // page size
    // Paints into the rectangle 0, 0, width, height of `size` in points (1/72 inch).
    std::function<void(QPainter& painter, QSizeF points)> paint;
    std::string csv; // the numbers shown, with a header line
};

// Rows and columns of one matrix and the whole matrix's dotted line. Throws InputError for an index outside.
Figure figure2(const compact::CompactPlan& plan, int matrix);
// The reorganised masks of up to six matrices, each with its red box, sizes and density in it.
Figure figure4(const compact::CompactPlan& plan, const std::vector<int>& matrices);
// d̄ and k̄ of every matrix with their means.
Figure figure5(const compact::CompactPlan& plan);

// The matrices shown if nobody chooses: figure 2 a query matrix with its share of sensitive weights (or else another
// one with it) in the middle of the model, figure 4 four matrices of different kinds and depths. Throws InputError if no matrix has a sensitive
// weight.
int default_figure2_matrix(const compact::CompactPlan& plan);
std::vector<int> default_figure4_matrices(const compact::CompactPlan& plan);

enum class Format { png, svg, pdf, csv };
Format format_of(const std::filesystem::path& path); // by ending; throws InputError

// Atomic. Throws IoError.
void save(const Figure& figure, const std::filesystem::path& path, int dpi = 300);
QImage render(const Figure& figure, int dpi);

// figure2, figure4 and figure5 as .png, .svg, .pdf and .csv in `folder` (made if missing); returns the files.
std::vector<std::filesystem::path> export_figures(const std::filesystem::path& folder,
                                                  const compact::CompactPlan& plan, int dpi = 300);

// Any widget's picture (a chart, a confusion matrix) in the same formats but CSV.
// prepare_widget() does what needs the widget and gives back the rest, the encoding and writing, for any thread.
std::function<void()> prepare_widget(QWidget& widget, const std::filesystem::path& path, int dpi = 192);
void save_widget(QWidget& widget, const std::filesystem::path& path, int dpi = 192);

} // namespace cdra::widgets::figures
