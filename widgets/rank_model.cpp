// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/rank_model.h"

#include "widgets/format.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QFont>

namespace cdra::widgets {

RankModel::RankModel(QObject* parent) : QAbstractTableModel(parent) {}

void RankModel::setPlan(std::shared_ptr<const compact::CompactPlan> plan) {
    const bool same = plan_ && plan && plan_->matrices.size() == plan->matrices.size();
    if (!same) beginResetModel();
    plan_ = std::move(plan);
    if (!same)
        endResetModel();
    else if (rowCount() > 0)
        emit dataChanged(index(0, 0), index(rowCount() - 1, column_count - 1));
}

int RankModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !plan_ ? 0 : int(plan_->matrices.size());
}
int RankModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(column_count);
}

QVariant RankModel::data(const QModelIndex& index, int role) const {
    if (!plan_ || !index.isValid() || index.row() >= rowCount() || index.column() >= column_count) return {};
    const auto& matrix = plan_->matrices[std::size_t(index.row())];
    const auto& compact = matrix.reorganised;
    const bool edited = plan_->options.edited_ranks.contains(matrix.shape.name);
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        switch (index.column()) {
        case name:
            return QString::fromStdString(matrix.shape.name);
        case size:
            return size_text(matrix.shape.in, matrix.shape.out);
        case box:
            return size_text(compact.compact_rows, compact.compact_columns);
        case sensitive:
            return grouped(std::int64_t(matrix.mask.size()));
        case density:
            return percent(matrix.density(), 1);
        case rank:
            return grouped(matrix.rank);
        case treatment:
            return QString::fromUtf8(compact::name_of(matrix.treatment).data(),
                                     qsizetype(compact::name_of(matrix.treatment).size()));
        case parameters:
            return grouped(std::int64_t(matrix.parameters()));
        }
        break;
    case Qt::EditRole:
        if (index.column() == rank) return matrix.rank;
        break;
    case sort_role:
        switch (index.column()) {
        case name:
            return index.row();
        case size:
            return qlonglong(matrix.shape.size());
        case box:
            return qulonglong(compact.compact_rows) * compact.compact_columns;
        case sensitive:
            return qulonglong(matrix.mask.size());
        case density:
            return matrix.density();
        case rank:
            return matrix.rank;
        case treatment:
            return int(matrix.treatment);
        case parameters:
            return qulonglong(matrix.parameters());
        }
        break;
    case Qt::TextAlignmentRole:
        return int((index.column() == name || index.column() == treatment ? Qt::AlignLeft : Qt::AlignRight) |
                   Qt::AlignVCenter);
    case Qt::FontRole:
        if (index.column() == rank && edited) {
            QFont font;
            font.setWeight(QFont::DemiBold);
            return font;
        }
        break;
    case Qt::ForegroundRole:
        if (matrix.treatment == compact::Treatment::frozen) return colours::muted(QApplication::palette());
        break;
    case Qt::ToolTipRole:
        if (index.column() == rank)
            return edited ? tr("Edited by hand. Largest rank: %1")
                                .arg(std::min(matrix.box.rows.size(), matrix.box.columns.size()))
                          : tr("From the strategy %1. Double click or F2 edits it; largest rank: %2")
                                .arg(QString::fromStdString(plan_->options.rank))
                                .arg(std::min(matrix.box.rows.size(), matrix.box.columns.size()));
        break;
    default:
        break;
    }
    return {};
}

QVariant RankModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= column_count) return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == name || section == treatment ? Qt::AlignLeft : Qt::AlignRight) |
                   Qt::AlignVCenter);
    if (role == Qt::DisplayRole) switch (section) {
        case name:
            return tr("matrix");
        case size:
            return tr("d × k");
        case box:
            return tr("d̄ × k̄");
        case sensitive:
            return tr("sensitive");
        case density:
            return tr("density");
        case rank:
            return tr("rank");
        case treatment:
            return tr("treatment");
        case parameters:
            return tr("parameters");
        }
    if (role == Qt::ToolTipRole) switch (section) {
        case size:
            return tr("Input features (rows) × output features (columns)");
        case box:
            return tr("Rows and columns with at least one sensitive weight");
        case sensitive:
            return tr("Σm: weights among the most sensitive of the pool");
        case density:
            return tr("Σm / (d̄·k̄)");
        case rank:
            return tr("Rank r of A·B. Bold: edited by hand");
        case treatment:
            return tr(
                "low-rank: A·B on the box; masked: the sensitive weights themselves; frozen: unchanged");
        case parameters:
            return tr("Trainable parameters: r·(rows + columns) of the box, or Σm where masked");
        default:
            break;
        }
    return {};
}

Qt::ItemFlags RankModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && plan_ && index.column() == rank &&
        !plan_->matrices[std::size_t(index.row())].box.rows.empty())
        flags |= Qt::ItemIsEditable;
    return flags;
}

bool RankModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !index.isValid() || !(flags(index) & Qt::ItemIsEditable)) return false;
    bool whole = false;
    const qlonglong wanted = value.toLongLong(&whole);
    const auto& matrix = plan_->matrices[std::size_t(index.row())];
    const auto most = qlonglong(std::min(matrix.box.rows.size(), matrix.box.columns.size()));
    if (!whole || wanted < 0 || wanted > most) return false;
    if (wanted == matrix.rank) return true;
    emit rankEdited(index.row(), quint32(wanted));
    return true;
}

} // namespace cdra::widgets
