// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// ΔW of a run, matrix by matrix, and its singular values. Read when it is first looked at.
#pragma once

#include "app/workbench/page.h"

class QTableWidget;

namespace cdra::widgets {
class LiveChart;
}

namespace cdra::workbench {

class ChangesPanel : public QWidget {
    Q_OBJECT
  public:
    explicit ChangesPanel(Workbench& bench, QWidget* parent = nullptr);
    void set_run(const QString& folder); // with results; empty: none

  signals:
    void failed(const QString& message);
    void told(const QString& message);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void load();
    void fill();
    void show_spectrum();
    void follow_selection();

    Workbench& bench_;
    QString folder_, loaded_;
    std::shared_ptr<const std::vector<WeightChange>> changes_;
    QLabel* summary_;
    QTableWidget* table_;
    widgets::LiveChart* chart_;
};

} // namespace cdra::workbench
