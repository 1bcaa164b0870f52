// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A sweep's folder as tables: rows × tasks, and every run. Read from sweep.json, which 'cdra sweep' rewrites at each change.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <QStringList>
#include <QVector>

namespace cdra::workbench {

struct SweepRun {
    QString kind, task, row, setting, folder, state, message; // folder: relative to the sweep's
    quint64 seed = 0;
    double value = 0;   // a fraction; not-a-number: none yet
    double seconds = 0; // of training, when done
};
// The final runs of one row on one task.
struct SweepCell {
    int total = 0, done = 0, running = 0, failed = 0;
    double mean = 0, deviation = 0; // over seeds, fractions; not-a-number: not known
};
struct SweepOverview {
    QString name;
    QStringList rows, tasks;            // in the sweep's order; a row under a grid once a setting of it
    QVector<QVector<SweepCell>> cells;  // [row][task]
    QVector<SweepRun> runs;
    double eta_seconds = -1;            // negative: not known
    int count(const QString& state) const;
};

// Throws InputError for a folder without a sweep, or a sweep.json that is none. Any thread.
SweepOverview read_sweep_overview(const QString& folder);

class SweepCells : public QAbstractTableModel {
    Q_OBJECT
  public:
    using QAbstractTableModel::QAbstractTableModel;
    void set(const SweepOverview& overview);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QStringList rows_, tasks_;
    QVector<QVector<SweepCell>> cells_;
};

class SweepRuns : public QAbstractTableModel {
    Q_OBJECT
  public:
    using QAbstractTableModel::QAbstractTableModel;
    enum Column { row, task, kind, seed, setting, state, value, time, message, columns };
    static constexpr int sort_role = Qt::UserRole; // numbers as numbers
    void set(const QVector<SweepRun>& runs);
    const SweepRun& run(int index) const { return runs_[index]; }
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QVector<SweepRun> runs_;
};

} // namespace cdra::workbench
