// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How many trainable weights each matrix gets.
#pragma once

#include "app/workbench/page.h"

class QTableWidget;

namespace cdra::widgets {
class BudgetBar;
class RankTable;
}

namespace cdra::workbench {

class RanksPage : public Page {
    Q_OBJECT
  public:
    explicit RanksPage(Workbench& bench, QWidget* parent = nullptr);
    QString notes() const override;

  protected:
    void restyle() override { refresh(); }
    void empty_action() override { emit go_to(Stage::sensitivity); }

  private:
    QWidget* build_controls();
    QWidget* build_comparison();
    QWidget* build_table_tools();
    void save_named();
    void refresh_comparison();
    void refresh_allocations();
    void take_strategy();
    void refresh_state();
    void refresh();

    Binder* binder_;
    QComboBox* strategy_;
    QLineEdit* argument_;
    QLabel* formula_;
    QPushButton* reset_;
    QLabel* parts_;
    QLabel* export_;
    QPushButton* exportable_;
    widgets::RankTable* table_;
    QTableWidget* comparison_;
    QComboBox* allocations_;
    QLabel* shown_;
    widgets::BudgetBar* bar_;
};

} // namespace cdra::workbench
