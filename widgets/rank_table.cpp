// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/rank_table.h"

#include "widgets/theme.h"

#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QSpinBox>
#include <QStyledItemDelegate>

namespace cdra::widgets {
namespace {

// Ranks are typed into a spin box that knows the largest one.
class RankDelegate : public QStyledItemDelegate {
  public:
    RankDelegate(const RankModel* model, const QSortFilterProxyModel* proxy, QObject* parent)
        : QStyledItemDelegate(parent), model_(model), proxy_(proxy) {}
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem&,
                          const QModelIndex& index) const override {
        auto* spin = new QSpinBox(parent);
        spin->setFrame(false);
        const auto& matrix = model_->plan()->matrices[std::size_t(proxy_->mapToSource(index).row())];
        spin->setRange(0, int(std::min(matrix.box.rows.size(), matrix.box.columns.size())));
        return spin;
    }

  private:
    const RankModel* model_;
    const QSortFilterProxyModel* proxy_;
};

} // namespace

RankTable::RankTable(QWidget* parent)
    : QTableView(parent), model_(new RankModel(this)), proxy_(new QSortFilterProxyModel(this)) {
    proxy_->setSourceModel(model_);
    proxy_->setSortRole(RankModel::sort_role);
    setModel(proxy_);
    setSortingEnabled(true);
    sortByColumn(RankModel::name, Qt::AscendingOrder);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(DoubleClicked | EditKeyPressed | AnyKeyPressed);
    setItemDelegateForColumn(RankModel::rank, new RankDelegate(model_, proxy_, this));
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setFont(fonts::tabular(font()));
    setAccessibleName(tr("Matrices and their ranks"));
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + grid);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    connect(model_, &RankModel::rankEdited, this, &RankTable::rankEdited);
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now, const QModelIndex& before) {
                if (now.isValid() && now.row() != before.row()) emit selected(proxy_->mapToSource(now).row());
            });
}

void RankTable::setPlan(std::shared_ptr<const compact::CompactPlan> plan) {
    const bool first = model_->rowCount() == 0;
    model_->setPlan(std::move(plan));
    if (first) resizeColumnsToContents();
}

int RankTable::current() const {
    return currentIndex().isValid() ? proxy_->mapToSource(currentIndex()).row() : -1;
}

void RankTable::setCurrent(int matrix) {
    if (matrix == current()) return;
    const QModelIndex at = proxy_->mapFromSource(model_->index(matrix, std::max(0, currentIndex().column())));
    if (!at.isValid()) return clearSelection();
    setCurrentIndex(at);
    scrollTo(at);
}

} // namespace cdra::widgets
