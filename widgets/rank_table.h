// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "widgets/rank_model.h"

#include <QTableView>

class QSortFilterProxyModel;

namespace cdra::widgets {

// The table of a RankModel, sortable, with editable ranks.
class RankTable : public QTableView {
    Q_OBJECT
  public:
    explicit RankTable(QWidget* parent = nullptr);
    void setPlan(std::shared_ptr<const compact::CompactPlan> plan);
    RankModel* rankModel() const { return model_; }
    int current() const;         // matrix index in tensor order, -1: none
    void setCurrent(int matrix); // emits selected() if it changed

  signals:
    void selected(int matrix);
    void rankEdited(int matrix, quint32 rank);

  private:
    RankModel* model_;
    QSortFilterProxyModel* proxy_;
};

} // namespace cdra::widgets
