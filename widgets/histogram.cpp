// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/histogram.h"

#include "widgets/format.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

Histogram::Histogram(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Class histogram"));
}

void Histogram::setCounts(const QStringList& classes, const std::vector<Series>& series,
                          const QString& y_title) {
    classes_ = classes;
    series_ = series;
    y_title_ = y_title;
    update();
}

void Histogram::clear() {
    setCounts({}, {}, {});
}

namespace {

std::int64_t total(const std::vector<Histogram::Series>& series, int which) {
    std::int64_t sum = 0;
    for (const auto& part : series)
        if (std::size_t(which) < part.counts.size()) sum += part.counts[std::size_t(which)];
    return sum;
}

double highest(const std::vector<Histogram::Series>& series, int classes) {
    std::int64_t most = 1;
    for (int i = 0; i < classes; ++i)
        most = std::max(most, total(series, i));
    return double(most);
}

} // namespace

QRect Histogram::plotArea() const {
    const plots::Style style = plots::screen_style(*this);
    const int legend = QFontMetrics(style.small).height() + 6;
    return plots::frame_area(QRectF(rect()).adjusted(0, legend, 0, 0), style,
                             highest(series_, int(classes_.size())))
        .toRect();
}

void Histogram::paintEvent(QPaintEvent*) {
    if (classes_.isEmpty()) return;
    QPainter painter(this);
    const plots::Style style = plots::screen_style(*this);
    const QFontMetricsF metrics(style.small);
    plots::Frame frame;
    frame.area = plotArea();
    frame.x1 = double(classes_.size());
    frame.y1 = highest(series_, int(classes_.size())) * 1.04;
    // The class axis carries names, not numbers: only the y part of the axes helper is wanted.
    plots::Frame vertical = frame;
    vertical.x1 = vertical.x0;
    plots::paint_axes(painter, vertical, style, {}, y_title_);
    const double slot = frame.area.width() / frame.x1, bar = std::max(1.0, slot * (slot > 6 ? 0.76 : 1));
    for (int i = 0; i < classes_.size(); ++i) {
        double base = 0;
        for (std::size_t s = 0; s < series_.size(); ++s) {
            const double count =
                std::size_t(i) < series_[s].counts.size() ? double(series_[s].counts[std::size_t(i)]) : 0;
            const double top = frame.y(base + count), bottom = frame.y(base);
            painter.fillRect(QRectF(frame.x(i + 0.5) - bar / 2, top, bar, bottom - top),
                             colours::series(int(s), palette()));
            base += count;
        }
    }
    painter.setFont(style.small);
    painter.setPen(style.muted);
    double widest = 0;
    for (const QString& name : classes_)
        widest = std::max(widest, metrics.horizontalAdvance(name));
    // A name cut short says more than a number, as long as something of it is left.
    const bool names = widest + 6 <= slot || slot >= 44;
    const double number = metrics.horizontalAdvance(QString::number(classes_.size())) + 10;
    const int every = names ? 1 : std::max(1, int(std::ceil(number / slot)));
    for (int i = 0; i < classes_.size(); i += every) {
        const QString text =
            names ? metrics.elidedText(classes_[i], Qt::ElideRight, slot - 4) : QString::number(i);
        painter.drawText(QPointF(frame.x(i + 0.5) - metrics.horizontalAdvance(text) / 2,
                                 frame.area.bottom() + 4 + metrics.ascent()),
                         text);
    }
    painter.setPen(style.text);
    const QString x_title = names ? tr("class") : tr("class (number; names on hover)");
    painter.drawText(QPointF(frame.area.center().x() - metrics.horizontalAdvance(x_title) / 2,
                             frame.area.bottom() + 4 + metrics.height() + metrics.ascent()),
                     x_title);
    double x = frame.area.left();
    for (std::size_t s = 0; series_.size() > 1 && s < series_.size(); ++s) {
        painter.fillRect(QRectF(x, 4, 9, 9), colours::series(int(s), palette()));
        painter.drawText(QPointF(x + 13, 3 + metrics.ascent()), series_[s].name);
        x += metrics.horizontalAdvance(series_[s].name) + 28;
    }
}

bool Histogram::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !classes_.isEmpty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QRect area = plotArea();
        if (area.contains(help->pos())) {
            const int which = std::clamp(
                int(double(help->pos().x() - area.left()) / area.width() * double(classes_.size())), 0,
                int(classes_.size()) - 1);
            QStringList lines{classes_[which]};
            for (const Series& series : series_)
                if (std::size_t(which) < series.counts.size())
                    lines += series.name + ": " + grouped(series.counts[std::size_t(which)]);
            QToolTip::showText(help->globalPos(), lines.join('\n'), this);
            return true;
        }
        QToolTip::hideText();
    }
    return QWidget::event(event);
}

std::string Histogram::csv() const {
    const auto quoted = [](QString text) { return text.contains(',') ? '"' + text.replace('"', QStringLiteral("\"\"")) + '"' : text; };
    QString text = QStringLiteral("class");
    for (const Series& series : series_) text += ',' + quoted(series.name);
    for (qsizetype c = 0; c < classes_.size(); ++c) {
        text += '\n' + quoted(classes_[c]);
        for (const Series& series : series_) text += ',' + QString::number(std::size_t(c) < series.counts.size() ? series.counts[std::size_t(c)] : 0);
    }
    return (text + '\n').toStdString();
}

} // namespace cdra::widgets
