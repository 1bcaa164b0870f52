// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Runs as a table: name, method, state, epoch, accuracy, trainable parameters.
#pragma once

#include <QAbstractTableModel>
#include <QTableView>
#include <optional>
#include <vector>

class QSortFilterProxyModel;

namespace cdra::widgets {

enum class RunState { queued, running, paused, stopped, done, failed, dead };
QString name_of(RunState state);

struct RunRow {
    QString id; // unique, e.g. the job folder's path
    QString name, method;
    RunState state = RunState::queued;
    double epoch = 0, epochs = 0;
    std::optional<double> accuracy; // fraction
    QString accuracy_split;         // "val", "test"
    std::optional<qint64> parameters;
    QString tags;
};

class RunModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { name, method, state, epoch, accuracy, parameters, tags, column_count };
    static constexpr int id_role = Qt::UserRole;
    static constexpr int sort_role = Qt::UserRole + 1;

    explicit RunModel(QObject* parent = nullptr);
    void setRuns(std::vector<RunRow> runs);
    void putRun(const RunRow& run); // replaces the one of the same id, or adds it
    void removeRun(const QString& id);
    const std::vector<RunRow>& runs() const { return runs_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    std::vector<RunRow> runs_;
};

class RunList : public QTableView {
    Q_OBJECT
  public:
    explicit RunList(QWidget* parent = nullptr);
    RunModel* runModel() const { return model_; }
    QStringList selectedIds() const;
    void select(const QString& id);

  signals:
    void selectionChangedTo(const QStringList& ids);
    void runActivated(const QString& id); // double click or Return

  private:
    RunModel* model_;
    QSortFilterProxyModel* proxy_;
};

} // namespace cdra::widgets
