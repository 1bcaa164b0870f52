// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure.h"

#include "core/base/error.h"
#include "core/sensitivity/profile.h"
#include "widgets/format.h"
#include "widgets/plots.h"

#include <QObject>
#include <QPainter>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>

namespace cdra::widgets::figures {
namespace {

const compact::PlannedMatrix& matrix_at(const compact::CompactPlan& plan, int index) {
    if (index < 0 || std::size_t(index) >= plan.matrices.size())
        throw InputError("figure: matrix " + std::to_string(index) + " was asked for; the plan has " +
                         std::to_string(plan.matrices.size()) + ", counted from 0");
    return plan.matrices[std::size_t(index)];
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

QString words(const std::string& text) {
    return QString::fromStdString(text);
}

void centred(QPainter& painter, double x, double baseline, const QString& text) {
    painter.drawText(QPointF(x - QFontMetricsF(painter.font()).horizontalAdvance(text) / 2, baseline), text);
}

QFont bold(QFont font) {
    font.setWeight(QFont::DemiBold);
    return font;
}

} // namespace

Figure figure2(const compact::CompactPlan& plan, int index) {
    const auto& matrix = matrix_at(plan, index);
    const auto profile =
        std::make_shared<const sensitivity::Profile>(sensitivity::profile(matrix.shape, matrix.mask));
    Figure figure;
    figure.name = "figure2";
    figure.title =
        QObject::tr("Sparsity of the sensitive weights by row and column, %1").arg(words(matrix.shape.name));
    figure.millimetres = {174, 62};
    figure.paint = [profile, name = words(matrix.shape.name), shape = matrix.shape,
                    gamma = plan.gamma](QPainter& painter, QSizeF size) {
        const plots::Style style = plots::print_style();
        const QFontMetricsF metrics(style.font);
        painter.setFont(style.font);
        painter.setPen(style.text);
        centred(painter, size.width() / 2, metrics.ascent() + 2,
                QStringLiteral("%1,  d × k = %2,  γ = %3")
                    .arg(name, size_text(shape.in, shape.out), percent(gamma)));
        const double top = metrics.height() + 4, bottom = size.height() - metrics.height() - 3,
                     half = size.width() / 2;
        std::vector<double> rows, columns;
        for (std::size_t i = 0; i < profile->row_counts.size(); ++i)
            rows.push_back(100 * profile->row_sparsity(i));
        for (std::size_t i = 0; i < profile->column_counts.size(); ++i)
            columns.push_back(100 * profile->column_sparsity(i));
        const double whole = 100 * profile->matrix_sparsity();
        plots::paint_profile(painter, QRectF(2, top, half - 5, bottom - top), style, rows, whole, true,
                             false);
        plots::paint_profile(painter, QRectF(half + 3, top, half - 5, bottom - top), style, columns, whole,
                             false, false);
        const auto dense = [&](const std::vector<double>& values) {
            const auto above =
                std::count_if(values.begin(), values.end(), [&](double v) { return v > whole; });
            return percent(values.empty() ? 0 : double(above) / double(values.size()), 0);
        };
        painter.setFont(style.font);
        painter.setPen(style.text);
        centred(painter, half / 2, size.height() - metrics.descent() - 1,
                QStringLiteral("(a) rows, %1 of them denser than the matrix").arg(dense(rows)));
        centred(painter, half * 1.5, size.height() - metrics.descent() - 1,
                QStringLiteral("(b) columns, %1 of them denser than the matrix").arg(dense(columns)));
    };
    figure.csv = "matrix,axis,index,sensitive,share\n";
    for (std::size_t i = 0; i < profile->row_counts.size(); ++i)
        figure.csv += matrix.shape.name + ",row," + std::to_string(i) + "," +
                      std::to_string(profile->row_counts[i]) + "," + number(profile->row_sparsity(i)) + "\n";
    for (std::size_t i = 0; i < profile->column_counts.size(); ++i)
        figure.csv += matrix.shape.name + ",column," + std::to_string(i) + "," +
                      std::to_string(profile->column_counts[i]) + "," + number(profile->column_sparsity(i)) +
                      "\n";
    figure.csv += matrix.shape.name + ",matrix,," + std::to_string(profile->sensitive) + "," +
                  number(profile->matrix_sparsity()) + "\n";
    return figure;
}

namespace {

struct Panel {
    QString name;
    int rows = 0, columns = 0, compact_rows = 0, compact_columns = 0;
    double density = 0;
    compact::PlannedMatrix matrix;
};

void paint_panel(QPainter& painter, const Panel& panel, const QRectF& cell, const plots::Style& style,
                 QChar letter) {
    const QFontMetricsF metrics(style.small), name_metrics(style.font);
    const double left = metrics.horizontalAdvance(QStringLiteral("0 000")) + metrics.height() + 6;
    const QRectF room = cell.adjusted(left, name_metrics.height() + 3, -4, -(3 * metrics.height() + 8));
    // True to scale where that is readable; a 4 : 1 matrix is drawn 2 : 1, its axes say so.
    const double aspect = std::clamp(double(panel.columns) / panel.rows, 0.5, 2.0);
    const double width = std::min(room.width(), room.height() * aspect), height = width / aspect;
    const QRectF area(room.center().x() - width / 2, room.top(), width, height);
    painter.setFont(style.font);
    painter.setPen(style.text);
    centred(painter, area.center().x(), cell.top() + name_metrics.ascent(),
            QStringLiteral("(%1) %2").arg(letter).arg(panel.name));
    // Never more pixels than the device has: scaling down would lose isolated weights.
    int side = 512;
    if (painter.device()->devType() == QInternal::Image)
        side = std::clamp(int(painter.combinedTransform().m11() * std::min(width, height)), 16, side);
    painter.drawImage(area, plots::mask_image(panel.matrix, side, style.sensitive, style.paper));
    painter.setPen(QPen(style.muted, style.stroke));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(area);
    painter.setFont(style.small);
    const auto x = [&](double column) { return area.left() + column / panel.columns * area.width(); };
    const auto y = [&](double row) { return area.top() + row / panel.rows * area.height(); };
    for (const double tick : plots::nice_ticks(0, panel.columns, std::max(1, int(area.width() / 34)))) {
        painter.drawLine(QPointF(x(tick), area.bottom()), QPointF(x(tick), area.bottom() + 2));
        centred(painter, x(tick), area.bottom() + 3 + metrics.ascent(), grouped(std::int64_t(tick)));
    }
    for (const double tick : plots::nice_ticks(0, panel.rows, std::max(1, int(area.height() / 22)))) {
        painter.drawLine(QPointF(area.left() - 2, y(tick)), QPointF(area.left(), y(tick)));
        const QString text = grouped(std::int64_t(tick));
        painter.drawText(QPointF(area.left() - 3.5 - metrics.horizontalAdvance(text),
                                 y(tick) + metrics.ascent() / 2 - metrics.descent() / 2),
                         text);
    }
    painter.setPen(style.text);
    centred(painter, area.center().x(), area.bottom() + 3 + metrics.height() + metrics.ascent(),
            QStringLiteral("column (output feature)"));
    plots::paint_vertical_text(painter, {area.left() - left + metrics.height() / 2 + 1, area.center().y()},
                               QStringLiteral("row (input feature)"));
    if (panel.compact_rows > 0) {
        const QRectF box(area.topLeft(), QPointF(x(panel.compact_columns), y(panel.compact_rows)));
        painter.setPen(QPen(style.box, 1.4, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(box);
    }
    painter.setPen(style.box);
    painter.setFont(bold(style.small));
    centred(painter, area.center().x(), area.bottom() + 5 + 2 * metrics.height() + metrics.ascent(),
            QStringLiteral("d̄ × k̄ = %1,  %2 sensitive")
                .arg(size_text(panel.compact_rows, panel.compact_columns), percent(panel.density, 1)));
}

} // namespace

Figure figure4(const compact::CompactPlan& plan, const std::vector<int>& matrices) {
    if (matrices.empty() || matrices.size() > 6)
        throw InputError("figure 4: " + std::to_string(matrices.size()) +
                         " matrices were asked for; choose 1 to 6");
    auto panels = std::make_shared<std::vector<Panel>>();
    Figure figure;
    figure.csv = "matrix,rows,columns,compact_rows,compact_columns,sensitive,density\n";
    for (const int index : matrices) {
        const auto& matrix = matrix_at(plan, index);
        const auto& compact = matrix.reorganised;
        panels->push_back({words(matrix.shape.name), int(matrix.shape.in), int(matrix.shape.out),
                           int(compact.compact_rows), int(compact.compact_columns), matrix.density(),
                           matrix});
        figure.csv += matrix.shape.name + "," + std::to_string(matrix.shape.in) + "," +
                      std::to_string(matrix.shape.out) + "," + std::to_string(compact.compact_rows) + "," +
                      std::to_string(compact.compact_columns) + "," + std::to_string(matrix.mask.size()) +
                      "," + number(matrix.density()) + "\n";
    }
    const int across = panels->size() <= 2 ? int(panels->size()) : panels->size() == 4 ? 2 : 3;
    const int down = (int(panels->size()) + across - 1) / across;
    figure.name = "figure4";
    figure.title = QObject::tr("Compact sub-matrices: reorganised sensitive weights");
    figure.millimetres = {across == 1 ? 88.0 : 174.0, down * (across == 3 ? 58.0 : 76.0)};
    figure.paint = [panels, across, down](QPainter& painter, QSizeF size) {
        const plots::Style print = plots::print_style();
        for (std::size_t i = 0; i < panels->size(); ++i) {
            const double width = size.width() / across, height = size.height() / down;
            const QRectF cell(double(int(i) % across) * width + 3, double(int(i) / across) * height + 3,
                              width - 6, height - 6);
            paint_panel(painter, (*panels)[i], cell, print, QChar('a' + int(i)));
        }
    };
    return figure;
}

Figure figure5(const compact::CompactPlan& plan) {
    if (plan.matrices.empty())
        throw InputError("figure 5: the plan holds no matrix; make it again with cdra plan");
    std::vector<double> rows, columns;
    Figure figure;
    figure.csv = "matrix,compact_rows,compact_columns\n";
    for (const auto& matrix : plan.matrices) {
        rows.push_back(matrix.reorganised.compact_rows);
        columns.push_back(matrix.reorganised.compact_columns);
        figure.csv += matrix.shape.name + "," + std::to_string(matrix.reorganised.compact_rows) + "," +
                      std::to_string(matrix.reorganised.compact_columns) + "\n";
    }
    figure.name = "figure5";
    figure.title = QObject::tr("Sizes of the compact sub-matrices of all matrices");
    figure.millimetres = {174, 66};
    figure.paint = [rows, columns](QPainter& painter, QSizeF size) {
        plots::paint_distribution(painter, QRectF(QPointF(2, 2), size - QSizeF(4, 4)), plots::print_style(),
                                  rows, columns, int(checkpoint::matrix_kinds.size()));
    };
    return figure;
}

int default_figure2_matrix(const compact::CompactPlan& plan) {
    const int count = int(plan.matrices.size());
    int best = -1;
    long best_score = 0;
    for (int i = 0; i < count; ++i) {
        const auto& matrix = plan.matrices[std::size_t(i)];
        if (matrix.mask.empty()) continue;
        // A query matrix first, as near the middle of the model as there is one; but where a task leaves those all but
        // untouched there is no profile to see, and a matrix with at least its share of sensitive weights tells more.
        const bool told = double(matrix.mask.size()) >= plan.gamma * double(matrix.shape.size());
        const long score = (told ? 0 : 2000000) + (matrix.shape.kind == 0 ? 0 : 1000000) + std::abs(2 * i - count);
        if (best < 0 || score < best_score) {
            best = i;
            best_score = score;
        }
    }
    if (best < 0)
        throw InputError(
            "figures: no matrix of the plan has a sensitive weight; make the plan with a larger γ");
    return best;
}

std::vector<int> default_figure4_matrices(const compact::CompactPlan& plan) {
    const int kinds = int(checkpoint::matrix_kinds.size()),
              blocks = (int(plan.matrices.size()) + kinds - 1) / kinds;
    std::vector<int> chosen;
    const auto usable = [&](int i) {
        return i >= 0 && i < int(plan.matrices.size()) && !plan.matrices[std::size_t(i)].mask.empty() &&
               std::find(chosen.begin(), chosen.end(), i) == chosen.end();
    };
    // Four kinds: query (or, where no query has a box worth a picture, projection), value and both feed-forward matrices,
    // at growing depth. Of the blocks near the wanted depth the one whose box can be seen best: an empty corner of two
    // rows shows nothing of how the method works.
    const auto visible = [&](int i) {
        const auto& matrix = plan.matrices[std::size_t(i)];
        const double rows = double(matrix.reorganised.compact_rows) / double(matrix.shape.in),
                     columns = double(matrix.reorganised.compact_columns) / double(matrix.shape.out);
        return std::min(1.0, rows * 4) * std::min(1.0, columns * 4);
    };
    int place = 0;
    for (const auto& wanted_kinds : {std::pair{0, 3}, std::pair{2, 2}, std::pair{4, 4}, std::pair{5, 5}}) {
        const double wanted = blocks * (2 * place++ + 1) / 8.0;
        int pick = -1;
        double best = 0;
        for (const int kind : {wanted_kinds.first, wanted_kinds.second}) {
            for (int block = 0; block < blocks; ++block) {
                const int i = block * kinds + kind;
                if (!usable(i)) continue;
                const double score = visible(i) - 0.5 * std::abs(block + 0.5 - wanted) / blocks;
                if (pick < 0 || score > best) {
                    pick = i;
                    best = score;
                }
            }
            if (pick >= 0 && visible(pick) >= 0.02) break;
        }
        if (pick >= 0) chosen.push_back(pick);
    }
    if (chosen.empty()) chosen.push_back(default_figure2_matrix(plan));
    return chosen;
}

} // namespace cdra::widgets::figures
