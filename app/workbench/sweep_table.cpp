// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/sweep_table.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "widgets/format.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cdra::workbench {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t longest_file = std::size_t{64} << 20; // 100,000 runs take less

double number(const QJsonValue& value) { return value.isDouble() ? value.toDouble() : none; }

int place_of(QStringList& names, const QString& name) {
    const auto at = names.indexOf(name);
    if (at >= 0) return int(at);
    names.append(name);
    return int(names.size()) - 1;
}

void fill_cells(SweepOverview& overview) {
    for (const SweepRun& run : overview.runs) {
        if (run.kind == "map") continue;
        place_of(overview.rows, run.row);
        place_of(overview.tasks, run.task);
    }
    overview.cells.fill(QVector<SweepCell>(overview.tasks.size()), overview.rows.size());
    QVector<QVector<QVector<double>>> values(overview.rows.size(), QVector<QVector<double>>(overview.tasks.size()));
    for (const SweepRun& run : overview.runs) {
        if (run.kind != "final") continue;
        const auto row = overview.rows.indexOf(run.row), task = overview.tasks.indexOf(run.task);
        SweepCell& cell = overview.cells[row][task];
        ++cell.total;
        cell.done += run.state == "done";
        cell.running += run.state == "running";
        cell.failed += run.state == "failed" || run.state == "skipped";
        if (run.state == "done" && std::isfinite(run.value)) values[row][task].append(run.value);
    }
    for (qsizetype row = 0; row < overview.rows.size(); ++row)
        for (qsizetype task = 0; task < overview.tasks.size(); ++task) {
            const QVector<double>& seeds = values[row][task];
            SweepCell& cell = overview.cells[row][task];
            cell.mean = cell.deviation = none;
            if (seeds.isEmpty()) continue;
            double sum = 0, squares = 0;
            for (const double value : seeds) sum += value;
            cell.mean = sum / double(seeds.size());
            for (const double value : seeds) squares += (value - cell.mean) * (value - cell.mean);
            if (seeds.size() > 1) cell.deviation = std::sqrt(squares / double(seeds.size() - 1));
        }
}

QString state_text(const QString& state) {
    if (state == "waiting") return QObject::tr("waiting");
    if (state == "running") return QObject::tr("running");
    if (state == "done") return QObject::tr("done");
    if (state == "failed") return QObject::tr("failed");
    if (state == "stopped") return QObject::tr("stopped");
    return QObject::tr("skipped");
}

QString kind_text(const QString& kind) {
    if (kind == "map") return QObject::tr("sensitivity");
    return kind == "trial" ? QObject::tr("trial") : QObject::tr("final");
}

} // namespace

int SweepOverview::count(const QString& state) const {
    return int(std::count_if(runs.begin(), runs.end(), [&](const SweepRun& run) { return run.state == state; }));
}

SweepOverview read_sweep_overview(const QString& folder) {
    const std::filesystem::path file = std::filesystem::path(folder.toStdString()) / "sweep.json";
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        throw InputError(folder.toStdString() + ": has no sweep.json; expected the folder of a sweep ('cdra sweep --out')");
    const std::string text = read_text_file(file, longest_file);
    const QJsonObject root = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
    if (!root.value("runs").isArray())
        throw InputError(file.string() + ": has no list 'runs'; expected what 'cdra sweep' writes; start the sweep again");
    SweepOverview overview;
    overview.name = root.value("name").toString();
    if (root.value("eta_seconds").isDouble()) overview.eta_seconds = root.value("eta_seconds").toDouble();
    const QJsonArray runs = root.value("runs").toArray();
    for (const QJsonValue& value : runs) {
        const QJsonObject one = value.toObject();
        const QString grid = one.value("grid").toString();
        SweepRun run;
        run.kind = one.value("kind").toString();
        run.task = one.value("task").toString();
        run.row = one.value("row").toString() + (grid.isEmpty() ? QString() : " " + grid);
        run.setting = one.value("setting").toString();
        run.folder = one.value("folder").toString();
        run.state = one.value("state").toString();
        run.message = one.value("message").toString();
        run.seed = quint64(std::max(one.value("seed").toDouble(), 0.0));
        run.value = number(one.value("value"));
        run.seconds = number(one.value("seconds"));
        overview.runs.append(run);
    }
    fill_cells(overview);
    return overview;
}

void SweepCells::set(const SweepOverview& overview) {
    const bool same = rows_ == overview.rows && tasks_ == overview.tasks;
    if (!same) beginResetModel();
    rows_ = overview.rows, tasks_ = overview.tasks, cells_ = overview.cells;
    if (!same) return endResetModel();
    if (!rows_.isEmpty() && !tasks_.isEmpty())
        emit dataChanged(index(0, 0), index(int(rows_.size()) - 1, int(tasks_.size()) - 1));
}

int SweepCells::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(rows_.size()); }
int SweepCells::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(tasks_.size()); }

QVariant SweepCells::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const SweepCell& cell = cells_[index.row()][index.column()];
    if (role == Qt::TextAlignmentRole) return int(Qt::AlignCenter);
    if (role == Qt::ToolTipRole)
        return QObject::tr("%1 on %2: %3 of %4 seeds done, %5 running, %6 failed")
            .arg(rows_[index.row()], tasks_[index.column()])
            .arg(cell.done).arg(cell.total).arg(cell.running).arg(cell.failed);
    if (role != Qt::DisplayRole) return {};
    QString text = std::isfinite(cell.mean) ? QString::number(100 * cell.mean, 'f', 2) : QString("–");
    if (std::isfinite(cell.deviation)) text += " ± " + QString::number(100 * cell.deviation, 'f', 2);
    if (cell.done < cell.total) text += QString("  (%1/%2)").arg(cell.done).arg(cell.total);
    if (cell.running > 0) text += QString::fromUtf8(" ▶");
    if (cell.failed > 0) text += QString::fromUtf8(" ✕");
    return text;
}

QVariant SweepCells::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole) return QAbstractTableModel::headerData(section, orientation, role);
    return orientation == Qt::Horizontal ? tasks_.value(section) : rows_.value(section);
}

void SweepRuns::set(const QVector<SweepRun>& runs) {
    const bool same = runs.size() == runs_.size();
    if (!same) beginResetModel();
    runs_ = runs;
    if (!same) return endResetModel();
    if (!runs_.isEmpty()) emit dataChanged(index(0, 0), index(int(runs_.size()) - 1, columns - 1));
}

int SweepRuns::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(runs_.size()); }
int SweepRuns::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(columns); }

QVariant SweepRuns::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const SweepRun& run = runs_[index.row()];
    if (role == Qt::TextAlignmentRole)
        return int((index.column() == value || index.column() == time || index.column() == seed ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) return run.message.isEmpty() ? run.folder : run.message;
    if (role == sort_role) {
        if (index.column() == value) return run.value;
        if (index.column() == time) return run.seconds;
        if (index.column() == seed) return run.seed;
        role = Qt::DisplayRole;
    }
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
    case row: return run.row;
    case task: return run.task;
    case kind: return kind_text(run.kind);
    case seed: return QString::number(run.seed);
    case setting: return run.setting;
    case state: return state_text(run.state);
    case value: return std::isfinite(run.value) ? widgets::percent(run.value, 2) : QString();
    case time: return run.seconds > 0 ? widgets::duration(run.seconds) : QString();
    case message: return run.message;
    default: return {};
    }
}

QVariant SweepRuns::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return QAbstractTableModel::headerData(section, orientation, role);
    const QString titles[] = {tr("Row"), tr("Task"), tr("Kind"), tr("Seed"), tr("Setting"), tr("State"), tr("Figure"), tr("Time"), tr("Message")};
    return section >= 0 && section < columns ? titles[section] : QString();
}

} // namespace cdra::workbench
