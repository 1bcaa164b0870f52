// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The reorganised matrix and its compact box.
#pragma once

#include "app/workbench/page.h"

namespace cdra::widgets {
class CompactView;
class DistributionView;
}

namespace cdra::workbench {

class CompactPage : public Page {
    Q_OBJECT
  public:
    explicit CompactPage(Workbench& bench, QWidget* parent = nullptr);
    QString notes() const override;
    bool settled() const override;
    void export_figures();

  protected:
    void empty_action() override { emit go_to(Stage::sensitivity); }

  private:
    QWidget* build_side();
    void refresh_state();
    void refresh();

    Binder* binder_;
    widgets::CompactView* view_;
    widgets::DistributionView* distribution_;
    QLabel* matrix_facts_[5];
    QLabel* whole_facts_[4];
};

} // namespace cdra::workbench
