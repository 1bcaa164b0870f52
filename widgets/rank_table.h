// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "widgets/rank_model.h"

#include <QList>
#include <QTableView>

class QSortFilterProxyModel;

namespace cdra::widgets {

// Ranks by matrix, in tensor order's indices.
using RankEdits = std::vector<std::pair<int, quint32>>;

// The table of a RankModel: sortable, filtered, with editable ranks. A rank typed while several rows are selected goes to
// all of them; Ctrl+D fills down, Ctrl+C and Ctrl+V copy and paste as a spreadsheet does, Ctrl+Shift+L locks the selected
// ranks as they are and Ctrl+Shift+U gives them back to the strategy. Nothing is changed here: requests are sent on.
class RankTable : public QTableView {
    Q_OBJECT
  public:
    explicit RankTable(QWidget* parent = nullptr);
    void setPlan(std::shared_ptr<const compact::CompactPlan> plan);
    RankModel* rankModel() const { return model_; }
    int current() const;         // matrix index in tensor order, -1: none
    void setCurrent(int matrix); // emits selected() if it changed
    void setFilter(const QString& text); // all words, in any column
    int shownRows() const;
    std::vector<int> selectedMatrices() const; // as displayed, from above

    // What a pasted text means: lines "name<tab>rank" (also with other columns of this table's own copies, a comma or a
    // semicolon), or bare numbers for the rows from the current one down. Throws InputError naming the line.
    RankEdits parse(const QString& text) const;
    QString copied() const; // the selected rows with a header, tab-separated

  signals:
    void selected(int matrix);
    void ranksEdited(const cdra::widgets::RankEdits& edits);
    void released(const std::vector<int>& matrices); // back to the strategy
    void complained(const QString& message);

  private:
    void addActionsAndKeys();
    void ask(RankEdits edits);
    void paste();
    void fillDown();
    quint32 largest(int matrix) const;
    int matrixAt(int shown_row) const;

    RankModel* model_;
    QSortFilterProxyModel* proxy_;
};

} // namespace cdra::widgets
