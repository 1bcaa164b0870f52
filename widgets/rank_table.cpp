// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/rank_table.h"

#include "widgets/theme.h"

#include <QHeaderView>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QSpinBox>
#include <QStyledItemDelegate>
#include <algorithm>

namespace cdra::widgets {
namespace {

// Every word of the filter must stand somewhere in the row.
class WordFilter : public QSortFilterProxyModel {
  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setWords(const QString& text) {
        words_ = text.split(' ', Qt::SkipEmptyParts);
        invalidateFilter();
    }

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        return std::ranges::all_of(words_, [&](const QString& word) {
            for (int column = 0; column < sourceModel()->columnCount(parent); ++column)
                if (sourceModel()->index(row, column, parent).data().toString().contains(word, Qt::CaseInsensitive)) return true;
            return false;
        });
    }

  private:
    QStringList words_;
};

// A line of text in a cell, painted without asking the style sheet: at every step of a dragged γ a whole page of them is.
class TextDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const bool chosen = option.state & QStyle::State_Selected;
        if (chosen) painter->fillRect(option.rect, option.palette.brush(QPalette::Active, QPalette::Highlight));
        const QVariant font = index.data(Qt::FontRole), colour = index.data(Qt::ForegroundRole), side = index.data(Qt::TextAlignmentRole);
        painter->setFont(font.isValid() ? font.value<QFont>().resolve(option.font) : option.font);
        if (chosen) painter->setPen(option.palette.color(QPalette::Active, QPalette::HighlightedText));
        else painter->setPen(colour.isValid() ? colour.value<QBrush>().color() : option.palette.color(QPalette::Text));
        const QRect room = option.rect.adjusted(grid / 2, 0, -grid / 2, 0);
        const QString text = index.data().toString();
        const int sides = side.isValid() ? side.toInt() : int(Qt::AlignLeft | Qt::AlignVCenter);
        const bool fits = painter->fontMetrics().horizontalAdvance(text) <= room.width();
        painter->drawText(room, sides | Qt::TextSingleLine, fits ? text : painter->fontMetrics().elidedText(text, Qt::ElideRight, room.width()));
        if (option.state & QStyle::State_HasFocus) {
            painter->setPen(QPen(colours::accent(option.palette), 1));
            painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
        }
    }
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        return {QFontMetrics(option.font).horizontalAdvance(index.data().toString()) + 2 * grid, QFontMetrics(option.font).height()};
    }
};

// Ranks are typed into a spin box that knows the largest one.
class RankDelegate : public TextDelegate {
  public:
    RankDelegate(const RankModel* model, const QSortFilterProxyModel* proxy, QObject* parent)
        : TextDelegate(parent), model_(model), proxy_(proxy) {}
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem&,
                          const QModelIndex& index) const override {
        auto* spin = new QSpinBox(parent);
        spin->setFrame(false);
        spin->setAutoFillBackground(true); // nor does the number before show through
        spin->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
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
    : QTableView(parent), model_(new RankModel(this)), proxy_(new WordFilter(this)) {
    proxy_->setSourceModel(model_);
    proxy_->setSortRole(RankModel::sort_role);
    setModel(proxy_);
    setSortingEnabled(true);
    sortByColumn(RankModel::name, Qt::AscendingOrder);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(DoubleClicked | EditKeyPressed | AnyKeyPressed);
    setItemDelegate(new TextDelegate(this));
    setItemDelegateForColumn(RankModel::rank, new RankDelegate(model_, proxy_, this));
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setFont(fonts::tabular(font()));
    setAccessibleName(tr("Matrices and their ranks"));
    verticalHeader()->hide();
    horizontalHeader()->setResizeContentsPrecision(-1); // the widest text is seldom in the first rows
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + grid);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    connect(model_, &RankModel::rankEdited, this, [this](int matrix, quint32 rank) {
        // Typed into one of several selected rows: meant for all of them.
        RankEdits edits{{matrix, rank}};
        const auto chosen = selectedMatrices();
        if (std::ranges::find(chosen, matrix) != chosen.end())
            for (const int other : chosen)
                if (other != matrix && largest(other) > 0) edits.emplace_back(other, std::min(rank, largest(other)));
        ask(std::move(edits));
    });
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now, const QModelIndex& before) {
                if (now.isValid() && now.row() != before.row()) emit selected(proxy_->mapToSource(now).row());
            });
    addActionsAndKeys();
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

void RankTable::setFilter(const QString& text) {
    static_cast<WordFilter*>(proxy_)->setWords(text);
}

int RankTable::shownRows() const { return proxy_->rowCount(); }

int RankTable::matrixAt(int shown_row) const { return proxy_->mapToSource(proxy_->index(shown_row, 0)).row(); }

std::vector<int> RankTable::selectedMatrices() const {
    QModelIndexList rows = selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    std::vector<int> matrices;
    for (const QModelIndex& index : rows) matrices.push_back(proxy_->mapToSource(index).row());
    return matrices;
}

quint32 RankTable::largest(int matrix) const {
    const auto& box = model_->plan()->matrices[std::size_t(matrix)].box;
    return quint32(std::min(box.rows.size(), box.columns.size()));
}

} // namespace cdra::widgets
