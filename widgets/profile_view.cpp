// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/profile_view.h"

#include "widgets/format.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <numeric>

namespace cdra::widgets {

ProfileView::ProfileView(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setAccessibleName(tr("Share of sensitive weights by row and by column"));
}

void ProfileView::setProfile(const sensitivity::Profile& profile) {
    profile_ = profile;
    resort();
    update();
}

void ProfileView::clear() {
    profile_.reset();
    update();
}

void ProfileView::setSorted(bool sorted) {
    sorted_ = sorted;
    resort();
    update();
}

void ProfileView::setShows(Shows shows) {
    shows_ = shows;
    update();
}

void ProfileView::resort() {
    if (!profile_) return;
    const auto order = [this](const std::vector<std::uint32_t>& counts) {
        std::vector<std::uint32_t> out(counts.size());
        std::iota(out.begin(), out.end(), 0U);
        if (sorted_)
            std::stable_sort(out.begin(), out.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
        return out;
    };
    row_sorted_ = order(profile_->row_counts);
    column_sorted_ = order(profile_->column_counts);
}

std::vector<double> ProfileView::shown(bool row) const {
    std::vector<double> out;
    if (!profile_) return out;
    const auto& order = row ? row_sorted_ : column_sorted_;
    out.reserve(order.size());
    for (const auto index : order)
        out.push_back(100 * (row ? profile_->row_sparsity(index) : profile_->column_sparsity(index)));
    return out;
}

std::vector<double> ProfileView::shownRows() const {
    return shown(true);
}
std::vector<double> ProfileView::shownColumns() const {
    return shown(false);
}

std::vector<ProfileView::Panel> ProfileView::panels() const {
    if (shows_ != both) return {{shows_ == rows, rect()}};
    // Beside each other where the place is wide, as in the paper; else one above the other.
    if (width() > 2 * height()) {
        const int half = width() / 2;
        return {{true, QRect(0, 0, half, height())}, {false, QRect(half, 0, width() - half, height())}};
    }
    const int half = height() / 2;
    return {{true, QRect(0, 0, width(), half)}, {false, QRect(0, half, width(), height() - half)}};
}

void ProfileView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (!profile_) return;
    const plots::Style style = plots::screen_style(*this);
    for (const Panel& panel : panels()) {
        const auto values = shown(panel.row);
        const plots::Frame frame = plots::paint_profile(
            painter, panel.area, style, values, 100 * profile_->matrix_sparsity(), panel.row, sorted_);
        if (pointer_ && frame.area.contains(*pointer_) && !values.empty()) {
            const int at = std::clamp(
                int((pointer_->x() - frame.area.left()) / frame.area.width() * double(values.size())), 0,
                int(values.size()) - 1);
            const double x = frame.x(at + 0.5);
            painter.setPen(QPen(style.text, 1));
            painter.drawLine(QPointF(x, frame.area.top()), QPointF(x, frame.area.bottom()));
            painter.setFont(fonts::tabular(style.small));
            const auto index = (panel.row ? row_sorted_ : column_sorted_)[std::size_t(at)];
            const auto count = (panel.row ? profile_->row_counts : profile_->column_counts)[index];
            const QString text = tr("%1 %2: %3, %4")
                                     .arg(panel.row ? tr("row") : tr("column"), grouped(index),
                                          grouped(count), percent_value(values[std::size_t(at)]));
            const QFontMetricsF metrics(painter.font());
            const double width = metrics.horizontalAdvance(text) + 8;
            QRectF label(std::clamp(x + 4, frame.area.left(), frame.area.right() - width),
                         frame.area.top() + metrics.height() + 4, width, metrics.height() + 4);
            painter.fillRect(label, palette().color(QPalette::ToolTipBase));
            painter.setPen(style.line);
            painter.drawRect(label);
            painter.setPen(style.text);
            painter.drawText(label, Qt::AlignCenter, text);
        }
    }
}

void ProfileView::mouseMoveEvent(QMouseEvent* event) {
    pointer_ = event->position().toPoint();
    update();
    if (!profile_) return;
    const plots::Style style = plots::screen_style(*this);
    for (const Panel& panel : panels()) {
        if (!panel.area.contains(*pointer_)) continue;
        const auto values = shown(panel.row);
        double highest = 100 * profile_->matrix_sparsity();
        for (const double value : values)
            highest = std::max(highest, value);
        const QRectF area = plots::frame_area(
            panel.area, style, highest > 0 ? highest * plots::profile_headroom : plots::profile_headroom);
        if (!area.contains(*pointer_) || values.empty()) break;
        const int at = std::clamp(int((pointer_->x() - area.left()) / area.width() * double(values.size())),
                                  0, int(values.size()) - 1);
        const auto index = (panel.row ? row_sorted_ : column_sorted_)[std::size_t(at)];
        emit hovered(panel.row, int(index), values[std::size_t(at)],
                     int((panel.row ? profile_->row_counts : profile_->column_counts)[index]));
        return;
    }
    emit left();
}

void ProfileView::leaveEvent(QEvent*) {
    pointer_.reset();
    emit left();
    update();
}

std::string ProfileView::csv() const {
    std::string text = "axis,index,sensitive,share\n";
    if (!profile_) return text;
    const auto line = [&](const char* axis, std::size_t index, std::uint64_t count, double share) {
        text += std::string(axis) + "," + std::to_string(index) + "," + std::to_string(count) + "," + QString::number(share, 'g', 9).toStdString() + "\n";
    };
    for (std::size_t i = 0; i < profile_->row_counts.size(); ++i) line("row", i, profile_->row_counts[i], profile_->row_sparsity(i));
    for (std::size_t i = 0; i < profile_->column_counts.size(); ++i) line("column", i, profile_->column_counts[i], profile_->column_sparsity(i));
    return text;
}

} // namespace cdra::widgets
