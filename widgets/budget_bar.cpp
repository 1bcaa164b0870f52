// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/budget_bar.h"

#include "widgets/format.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

namespace cdra::widgets {

BudgetBar::BudgetBar(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setAccessibleName(tr("Trainable parameters against the budget"));
}

void BudgetBar::setPlan(const compact::CompactPlan& plan) {
    by_kind_.clear();
    by_block_.clear();
    for (const auto kind : checkpoint::matrix_kinds)
        by_kind_.push_back({QString::fromUtf8(kind.data(), qsizetype(kind.size())), 0});
    for (const auto& matrix : plan.matrices) {
        const double parameters = double(matrix.parameters());
        if (matrix.shape.kind >= 0 && std::size_t(matrix.shape.kind) < by_kind_.size())
            by_kind_[std::size_t(matrix.shape.kind)].parameters += parameters;
        const auto block = std::size_t(std::max(0, matrix.shape.block));
        while (by_block_.size() <= block)
            by_block_.push_back({tr("block %1").arg(by_block_.size()), 0});
        by_block_[block].parameters += parameters;
    }
    total_ = double(plan.trainable_parameters());
    backbone_ = double(plan.backbone_parameters);
    const double vectors = double(plan.vector_parameters());
    const double token = total_ - double(plan.matrix_parameters()) - vectors;
    for (auto* parts : {&by_kind_, &by_block_}) {
        parts->push_back({tr("vectors"), vectors});
        parts->push_back({tr("class token"), std::max(0.0, token)});
    }
    regroup();
}

void BudgetBar::clear() {
    by_kind_.clear();
    by_block_.clear();
    total_ = 0;
    regroup();
}

void BudgetBar::setGrouping(Grouping grouping) {
    grouping_ = grouping;
    regroup();
}

void BudgetBar::setBudget(double percent) {
    budget_ = percent;
    update();
}

void BudgetBar::regroup() {
    parts_ = grouping_ == Grouping::kind ? by_kind_ : by_block_;
    update();
}

QRect BudgetBar::barRect() const {
    return {1, fontMetrics().height() + 6, width() - 2, 18};
}

double BudgetBar::full() const {
    return std::max({total_, budget_ / 100 * backbone_, 1.0}) * 1.04;
}

QRectF BudgetBar::partRect(std::size_t part) const {
    double before = 0;
    for (std::size_t i = 0; i < part; ++i)
        before += parts_[i].parameters;
    const QRectF bar = barRect();
    return {bar.left() + bar.width() * before / full(), bar.top(),
            bar.width() * parts_[part].parameters / full(), bar.height()};
}

void BudgetBar::paintEvent(QPaintEvent*) {
    if (parts_.empty()) return;
    QPainter painter(this);
    const QRectF bar = barRect();
    const double budget = budget_ / 100 * backbone_;
    const bool over = budget > 0 && total_ > budget;
    painter.setFont(fonts::tabular(font()));
    painter.setPen(over ? colours::danger(palette()) : palette().color(QPalette::Text));
    QString text =
        tr("%1 trainable parameters = %2 of the backbone")
            .arg(grouped(std::int64_t(total_)), percent_value(backbone_ > 0 ? 100 * total_ / backbone_ : 0));
    if (budget > 0)
        text += over ? tr("   ✕ %1 over the budget of %2")
                           .arg(short_count(total_ - budget), percent_value(budget_))
                     : tr("   ✓ %1 below the budget of %2")
                           .arg(short_count(budget - total_), percent_value(budget_));
    painter.drawText(QRectF(0, 0, width(), fontMetrics().height() + 2), Qt::AlignLeft | Qt::AlignVCenter,
                     text);
    painter.fillRect(bar, palette().color(QPalette::AlternateBase));
    const QFont small = fonts::small(font());
    painter.setFont(small);
    const QFontMetricsF metrics(small);
    double legend = bar.left();
    bool room = true;
    if (grouping_ == Grouping::block && parts_.size() > 2) {
        const QString blocks = tr("blocks 0 … %1, left to right").arg(parts_.size() - 3);
        painter.setPen(colours::muted(palette()));
        painter.drawText(QPointF(legend, bar.bottom() + 8 + metrics.ascent() * 0.95), blocks);
        legend += metrics.horizontalAdvance(blocks) + 20;
    }
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const QRectF part = partRect(i);
        // Blocks are many: a ramp of the accent; kinds are few: the series colours.
        QColor colour = colours::series(int(i), palette());
        if (grouping_ == Grouping::block && i + 2 < parts_.size()) {
            colour = colours::accent(palette());
            colour.setAlphaF(0.4F + 0.6F * float(i % 2));
        }
        if (i + 1 == parts_.size()) colour = colours::muted(palette());
        painter.fillRect(part, colour);
        if (part.width() > 2)
            painter.fillRect(QRectF(part.right() - 1, part.top(), 1, part.height()),
                             palette().color(QPalette::Base));
        const bool ramp = grouping_ == Grouping::block && i + 2 < parts_.size();
        if (!room || ramp || parts_[i].parameters <= 0) continue;
        const QString entry = parts_[i].name + ' ' + short_count(parts_[i].parameters);
        const double width = metrics.horizontalAdvance(entry) + 26;
        room = legend + width < bar.right();
        if (!room) continue;
        painter.fillRect(QRectF(legend, bar.bottom() + 9, 9, 9), colour);
        painter.setPen(colours::muted(palette()));
        painter.drawText(QPointF(legend + 13, bar.bottom() + 8 + metrics.ascent() * 0.95), entry);
        legend += width;
    }
    if (budget > 0) {
        const double x = bar.left() + bar.width() * budget / full();
        painter.setPen(QPen(over ? colours::danger(palette()) : palette().color(QPalette::Text), 2));
        painter.drawLine(QPointF(x, bar.top() - 3), QPointF(x, bar.bottom() + 4));
    }
}

bool BudgetBar::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (std::size_t i = 0; i < parts_.size(); ++i)
            if (partRect(i).contains(help->pos())) {
                QToolTip::showText(help->globalPos(),
                                   tr("%1: %2 parameters, %3 of the trainable ones")
                                       .arg(parts_[i].name, grouped(std::int64_t(parts_[i].parameters)),
                                            percent(parts_[i].parameters / std::max(1.0, total_), 1)),
                                   this);
                return true;
            }
        QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace cdra::widgets
