// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/run_list.h"

#include "widgets/format.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QSortFilterProxyModel>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

QString name_of(RunState state) {
    switch (state) {
    case RunState::queued:
        return QObject::tr("queued");
    case RunState::running:
        return QObject::tr("running");
    case RunState::paused:
        return QObject::tr("paused");
    case RunState::stopped:
        return QObject::tr("stopped");
    case RunState::done:
        return QObject::tr("done");
    case RunState::failed:
        return QObject::tr("failed");
    case RunState::dead:
        return QObject::tr("ended unexpectedly");
    }
    return {};
}

namespace {

QString symbol(RunState state) {
    switch (state) {
    case RunState::queued:
        return QStringLiteral("○");
    case RunState::running:
        return QStringLiteral("▶");
    case RunState::paused:
        return QStringLiteral("‖");
    case RunState::stopped:
        return QStringLiteral("■");
    case RunState::done:
        return QStringLiteral("●");
    case RunState::failed:
    case RunState::dead:
        return QStringLiteral("✕");
    }
    return {};
}

// Whole epochs as such, others with a tenth.
QString epoch_text(double epoch) {
    return QString::number(epoch, 'f', std::abs(epoch - std::round(epoch)) < 0.05 ? 0 : 1);
}

} // namespace

RunModel::RunModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunModel::setRuns(std::vector<RunRow> runs) {
    beginResetModel();
    runs_ = std::move(runs);
    endResetModel();
}

void RunModel::putRun(const RunRow& run) {
    const auto at =
        std::find_if(runs_.begin(), runs_.end(), [&](const RunRow& row) { return row.id == run.id; });
    if (at == runs_.end()) {
        beginInsertRows({}, int(runs_.size()), int(runs_.size()));
        runs_.push_back(run);
        endInsertRows();
        return;
    }
    *at = run;
    const int row = int(at - runs_.begin());
    emit dataChanged(index(row, 0), index(row, column_count - 1));
}

void RunModel::removeRun(const QString& id) {
    const auto at = std::find_if(runs_.begin(), runs_.end(), [&](const RunRow& row) { return row.id == id; });
    if (at == runs_.end()) return;
    const int row = int(at - runs_.begin());
    beginRemoveRows({}, row, row);
    runs_.erase(at);
    endRemoveRows();
}

int RunModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(runs_.size());
}
int RunModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(column_count);
}

QVariant RunModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= column_count) return {};
    const RunRow& run = runs_[std::size_t(index.row())];
    if (role == id_role) return run.id;
    if (role == Qt::ToolTipRole) return run.id;
    if (role == Qt::TextAlignmentRole)
        return int((index.column() >= epoch && index.column() != tags ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ForegroundRole && index.column() == state) {
        const QPalette palette = QApplication::palette();
        if (run.state == RunState::failed || run.state == RunState::dead) return colours::danger(palette);
        if (run.state == RunState::running) return colours::accent(palette);
        if (run.state == RunState::done) return colours::good(palette);
    }
    if (role == sort_role) switch (index.column()) {
        case name:
            return run.name;
        case method:
            return run.method;
        case state:
            return int(run.state);
        case epoch:
            return run.epoch;
        case accuracy:
            return run.accuracy.value_or(-1);
        case parameters:
            return run.parameters.value_or(-1);
        case tags:
            return run.tags;
        }
    if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole) switch (index.column()) {
        case name:
            return run.name;
        case method:
            return run.method;
        case state:
            return symbol(run.state) + ' ' + name_of(run.state);
        case epoch:
            return run.epochs > 0
                       ? QStringLiteral("%1 / %2").arg(epoch_text(run.epoch), epoch_text(run.epochs))
                       : QStringLiteral("–");
        case accuracy:
            return run.accuracy ? percent(*run.accuracy) +
                                      (run.accuracy_split.isEmpty() ? QString() : ' ' + run.accuracy_split)
                                : QStringLiteral("–");
        case parameters:
            return run.parameters ? grouped(*run.parameters) : QStringLiteral("–");
        case tags:
            return run.tags;
        }
    return {};
}

QVariant RunModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= column_count) return {};
    if (role == Qt::TextAlignmentRole)
        return int((section >= epoch && section != tags ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case name:
        return tr("run");
    case method:
        return tr("method");
    case state:
        return tr("state");
    case epoch:
        return tr("epoch");
    case accuracy:
        return tr("accuracy");
    case parameters:
        return tr("trainable");
    case tags:
        return tr("tags");
    }
    return {};
}

RunList::RunList(QWidget* parent)
    : QTableView(parent), model_(new RunModel(this)), proxy_(new QSortFilterProxyModel(this)) {
    proxy_->setSourceModel(model_);
    proxy_->setSortRole(RunModel::sort_role);
    setModel(proxy_);
    setSortingEnabled(true);
    sortByColumn(RunModel::name, Qt::AscendingOrder);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setFont(fonts::tabular(font()));
    setAccessibleName(tr("Runs"));
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + grid);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    horizontalHeader()->setStretchLastSection(true);
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this,
            [this] { emit selectionChangedTo(selectedIds()); });
    connect(this, &QTableView::activated, this, [this](const QModelIndex& index) {
        emit runActivated(index.data(RunModel::id_role).toString());
    });
}

QStringList RunList::selectedIds() const {
    QStringList ids;
    for (const QModelIndex& index : selectionModel()->selectedRows())
        ids += index.data(RunModel::id_role).toString();
    return ids;
}

void RunList::select(const QString& id) {
    for (int row = 0; row < proxy_->rowCount(); ++row)
        if (proxy_->index(row, 0).data(RunModel::id_role).toString() == id) {
            selectRow(row);
            scrollTo(proxy_->index(row, 0));
        }
}

} // namespace cdra::widgets
