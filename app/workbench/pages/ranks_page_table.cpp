// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The ranks page's comparison of strategies, filter and kept allocations.
#include "app/workbench/pages/ranks_page.h"
#include "app/workbench/strategies.h"
#include "widgets/format.h"
#include "widgets/rank_table.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>

#include <algorithm>

namespace cdra::workbench {

QWidget* RanksPage::build_comparison() {
    comparison_ = named(new QTableWidget(0, 5), "ranks-comparison", tr("Strategies compared"));
    comparison_->setHorizontalHeaderLabels({tr("strategy"), tr("Σ rank"), tr("rank 0"), tr("trainable"), tr("of backbone")});
    comparison_->horizontalHeaderItem(2)->setToolTip(tr("Matrices with a box that come out without a rank"));
    comparison_->verticalHeader()->hide();
    comparison_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    comparison_->setSelectionBehavior(QAbstractItemView::SelectRows);
    comparison_->setSelectionMode(QAbstractItemView::SingleSelection);
    comparison_->setShowGrid(false);
    comparison_->setFont(widgets::fonts::tabular(comparison_->font()));
    comparison_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    comparison_->verticalHeader()->setDefaultSectionSize(comparison_->fontMetrics().height() + widgets::grid / 2);
    comparison_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    comparison_->setToolTip(tr("What each strategy makes of the same boxes. A double click or Return takes it."));
    comparison_->setTabKeyNavigation(false);
    connect(comparison_, &QTableWidget::cellActivated, this, [this](int row, int) {
        const std::string rank = comparison_->item(row, 0)->data(Qt::UserRole).toString().toStdString();
        bench().document.edit(tr("rank strategy"), {}, [&](job::Project& p) { p.plan.options.rank = rank; });
    });
    return comparison_;
}

void RanksPage::refresh_comparison() {
    const auto plan = bench().road.plan();
    comparison_->setRowCount(0);
    if (!plan) return;
    std::vector<std::string> ranks{"eq7-unscaled", "eq7", "fixed:8", "fixed:16"};
    if (std::ranges::find(ranks, plan->options.rank) == ranks.end()) ranks.push_back(plan->options.rank);
    std::vector<StrategyOutcome> outcomes;
    try {
        outcomes = compare_strategies(*plan, ranks);
    } catch (const std::exception&) {
        return; // a rank file that went away: the page's banner says so
    }
    comparison_->setRowCount(int(outcomes.size()));
    int height = comparison_->horizontalHeader()->sizeHint().height() + 4;
    for (int row = 0; row < int(outcomes.size()); ++row) {
        const StrategyOutcome& one = outcomes[std::size_t(row)];
        const QString cells[] = {QString::fromStdString(one.rank).section('/', -1), widgets::grouped(std::int64_t(one.rank_sum)),
                                 QString::number(one.without_rank), widgets::grouped(std::int64_t(one.trainable)), widgets::percent_value(one.percent)};
        for (int column = 0; column < 5; ++column) {
            auto* item = new QTableWidgetItem(cells[column]);
            item->setTextAlignment((column ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
            if (one.rank == plan->options.rank) item->setFont(widgets::fonts::heading(comparison_->font()));
            item->setData(Qt::UserRole, QString::fromStdString(one.rank));
            comparison_->setItem(row, column, item);
        }
        height += comparison_->verticalHeader()->defaultSectionSize();
    }
    comparison_->setFixedHeight(height);
    comparison_->setFixedWidth(comparison_->horizontalHeader()->length() + 4);
}

QWidget* RanksPage::build_table_tools() {
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    auto* filter = named(new QLineEdit, "ranks-filter", tr("Filter the matrices"));
    filter->setPlaceholderText(tr("filter: fc1, blocks.3, masked …"));
    filter->setClearButtonEnabled(true);
    row->addWidget(filter, 1);
    shown_ = value_label("ranks-shown", tr("Matrices shown"));
    shown_->setForegroundRole(QPalette::PlaceholderText);
    row->addWidget(shown_);
    connect(filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        table_->setFilter(text);
        shown_->setText(text.trimmed().isEmpty() ? QString() : tr("%1 of %2").arg(table_->shownRows()).arg(table_->rankModel()->rowCount()));
    });
    allocations_ = named(new QComboBox, "ranks-allocations", tr("Allocations kept by name"));
    allocations_->setEditable(true);
    allocations_->setInsertPolicy(QComboBox::NoInsert);
    allocations_->lineEdit()->setPlaceholderText(tr("name of an allocation"));
    allocations_->setMinimumWidth(20 * widgets::grid);
    allocations_->setToolTip(tr("Choose one to take its ranks, or type a new name and keep the ranks as they are now.\n"
                                "Kept as allocations/NAME.csv beside the project, which --rank file:CSV reads."));
    connect(allocations_, &QComboBox::activated, this, [this](int index) {
        const QString name = allocations_->itemText(index);
        if (!saved_allocations(bench().document.folder()).contains(name)) return;
        const std::string rank = "file:" + allocation_file(bench().document.folder(), name).toStdString();
        bench().document.edit(tr("allocation %1").arg(name), {}, [&](job::Project& p) {
            p.plan.options.rank = rank;
            p.plan.options.edited_ranks.clear();
        });
    });
    row->addWidget(allocations_);
    auto* keep = named(new QPushButton(tr("&Keep")), "ranks-keep", tr("Keep the ranks under this name"));
    connect(keep, &QPushButton::clicked, this, &RanksPage::save_named);
    row->addWidget(keep);
    reset_ = named(new QPushButton(tr("Drop &hand edits")), "ranks-reset", tr("Drop hand-edited ranks"));
    connect(reset_, &QPushButton::clicked, this, [this] {
        bench().document.edit(tr("drop hand-edited ranks"), {}, [](job::Project& p) { p.plan.options.edited_ranks.clear(); });
    });
    row->addWidget(reset_);
    return box;
}

void RanksPage::refresh_allocations() {
    const QString typed = allocations_->currentText();
    allocations_->clear();
    allocations_->addItems(saved_allocations(bench().document.folder()));
    allocations_->setCurrentIndex(-1);
    allocations_->setEditText(typed);
}

void RanksPage::save_named() {
    const auto plan = bench().road.plan();
    if (!plan) return;
    const QString name = allocations_->currentText().trimmed();
    if (name.isEmpty()) {
        allocations_->setFocus();
        return emit told(tr("Type a name for the allocation first."));
    }
    if (bench().document.folder().isEmpty()) return emit failed(tr("Save the project first (Ctrl+S): allocations are kept beside it."));
    try {
        save_allocation(bench().document.folder(), name, *plan);
        refresh_allocations();
        emit told(tr("The ranks are kept as %1.").arg(name));
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

} // namespace cdra::workbench
