// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The matrices of a plan as a table. Ranks can be edited: the model asks by rankEdited() and shows the change
// only when a new plan is set, so that undo has one home, in the application.
#pragma once

#include "core/compact/plan.h"

#include <QAbstractTableModel>
#include <memory>

namespace cdra::widgets {

class RankModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { name, size, box, sensitive, density, rank, treatment, parameters, column_count };
    static constexpr int sort_role = Qt::UserRole; // numbers and, for names, tensor order

    explicit RankModel(QObject* parent = nullptr);
    // A plan of the same matrices keeps selection and scroll position.
    void setPlan(std::shared_ptr<const compact::CompactPlan> plan);
    const compact::CompactPlan* plan() const { return plan_.get(); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    // Rank column: a whole number, 0 … min(|R|, |C|). Returns true if the request was sent on.
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;

  signals:
    void rankEdited(int matrix, quint32 rank);

  private:
    std::shared_ptr<const compact::CompactPlan> plan_;
};

} // namespace cdra::widgets
